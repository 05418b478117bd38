import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Redirecting what is parked")
struct RedirectTests {
    let store = MemoryStore()
    let outside = Outside()
    let desk = Ledger()

    /// A component that takes orders by hand, told directly alone.
    private var backOffice: Component {
        Component("backOffice") {
            Handle(OrderPlaced.self, where: { $0.context.recipient == "backOffice" }) { [desk] order, context in
                desk.note("\(order.orderID) \(order.amount)")
            }
        }
    }

    private func shop(crashing: Bool = false) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.seed = 3
        return try Simulation(
            store: store, options: options, components: [stock(outside), backOffice, till()])
    }

    @Test("gives another component a copy, with its cause, and goes on without the message", arguments: [false, true])
    func redirecting(crashing: Bool) throws {
        try shop().publish(OrderPlaced(orderID: "a", amount: 1), as: "shop")
        let simulation = try shop(crashing: crashing)
        try simulation.publish(OrderPlaced(orderID: "a", amount: 2), as: "shop")
        outside.mend()
        try simulation.operate(.redirect(incident: 1, to: "backOffice"))
        simulation.run(for: .seconds(1))
        #expect(Set(desk.entries) == ["a 1"])
        #expect(Set(outside.ledger.entries) == ["a 2"], "what waited behind it goes on")
        let (original, copy) = try (#require(simulation.log().first), #require(simulation.log().last))
        #expect(copy.envelope.causationID == original.envelope.id && copy.envelope.id != original.envelope.id)
        #expect(copy.envelope.context.recipient == "backOffice")
        #expect(copy.envelope.payload == original.envelope.payload && copy.envelope.name == original.envelope.name)
        #expect(try store.makeReader().incident(1)?.resolution == "redirected")
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("works on a store that no runtime has open, and the next runtime delivers the copy")
    func offline() throws {
        let first = try shop()
        try first.publish(OrderPlaced(orderID: "a", amount: 1), as: "shop")
        let report = try store.carryOut(.redirect(incident: 1, to: "backOffice"), at: first.clock.now)
        #expect(report.changes.map(\.outcome) == ["redirected"])
        #expect(desk.entries.isEmpty)
        try shop().run(for: .seconds(1))
        #expect(desk.entries == ["a 1"])
    }

    @Test("takes the payload that an edit gave the message")
    func edited() throws {
        let simulation = try shop()
        try simulation.publish(OrderPlaced(orderID: "a", amount: 1), as: "shop")
        try simulation.operate(.edit(incident: 1, payload: Data(#"{"orderID":"a","amount":7}"#.utf8)))
        try simulation.operate(.redirect(incident: 2, to: "backOffice"))
        #expect(desk.entries == ["a 7"])
    }

    @Test("takes a dead letter out, and everything of one cause", arguments: [false, true])
    func bulk(offline: Bool) throws {
        let simulation = try shop()
        for order in ["a", "b"] { try simulation.publish(OrderPlaced2(orderID: order), as: "shop") }
        try simulation.publish(OrderPlaced(orderID: "c"), as: "shop")
        let action = OperatorAction.repairAll(cause: "OrderPlaced", .redirect(to: "backOffice"))
        let report = offline ? try store.carryOut(action, at: simulation.clock.now) : try perform(action, simulation)
        #expect(report.changes.map(\.outcome) == ["redirected"] && report.refused.isEmpty)
        let refused = try perform(.repairAll(cause: "deadLetter", .redirect(to: "backOffice")), simulation)
        #expect(refused.changes.isEmpty && refused.refused.count == 4)
        #expect(
            refused.refused.allSatisfy { $0.reason.contains("since 1.0.0, not 2.0.0") || $0.reason.contains("there") })
        let skipped = try perform(.repairAll(cause: "deadLetter", .skip), simulation)
        #expect(skipped.changes.count == 4)
        #expect(try store.openIncidents().isEmpty)
    }

    private func perform(_ action: OperatorAction, _ simulation: Simulation) throws -> ActionReport {
        let report = Kept()
        try simulation.begin { report.value = try await $0.perform(action) }
        return report.value
    }

    @Test(
        "to whoever cannot take the message is refused, and changes nothing",
        arguments: [
            ("nobody", "there is no such component in this store"), ("till", "it takes no 'shop.orderPlaced'"),
            ("stock", "the message is parked there; retry the incident"),
        ])
    func refused(component: String, reason: String) throws {
        let simulation = try shop()
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        let error = #expect(throws: ActionError.self) {
            try simulation.operate(.redirect(incident: 1, to: component))
        }
        #expect(error?.description.hasPrefix("incident 1 cannot be redirected to '\(component)': \(reason)") == true)
        #expect(try store.openIncidents().count == 1)
        #expect(try simulation.log().count == 1)
    }

    @Test("is refused for an activity, whose process needs the outcome")
    func activity() throws {
        let simulation = try Simulation(
            store: store, components: [Component("shop") { Processes(Fetching(outside: outside)) }, backOffice])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        let error = #expect(throws: ActionError.self) {
            try simulation.operate(.redirect(incident: 1, to: "backOffice"))
        }
        #expect(error?.description.contains("cannot be redirected: its process needs the outcome") == true)
    }

    @Test("a command lets its sender have the answer, whoever gives it", arguments: [false, true])
    func answered(crashing: Bool) throws {
        struct Shopping: ProcessDefinition {
            static let name = "shopping"
            static func key(of start: OrderPlaced) -> String { start.orderID }
            func run(_ start: OrderPlaced, _ flow: Flow) async throws {
                let charge = Charge(orderID: start.orderID, amount: start.amount)
                let charged = try await flow.request(charge, expecting: Charged.self)
                flow.publish(OrderClosed(orderID: start.orderID, outcome: "charged \(charged.amount)"))
            }
        }
        let shop = Component("shop") { Processes(Shopping()) }
        let broken = Component("till") {
            Handle(Charge.self) { [outside] charge, _ in try outside.use(charge.orderID) }.retry(.never)
        }
        let first = try Simulation(store: store, components: [shop, broken])
        try first.publish(OrderPlaced(orderID: "a", amount: 3), as: "shop")
        // The command has moved to another component.
        let bank = Component("bank") {
            Handle(Charge.self) { charge, context in
                try context.publish(Charged(orderID: charge.orderID, amount: charge.amount))
            }
        }
        var options = Simulation.Options()
        (options.start, options.seed, options.crashesAtEveryCommit) = (first.clock.now, 2, crashing)
        let second = try Simulation(store: store, options: options, components: [shop, bank])
        try? second.operate(.redirect(incident: 1, to: "bank"))
        second.run(for: .seconds(1))
        #expect(try second.events().last == "shop.orderClosed")
        let error = #expect(throws: ActionError.self) {
            try second.begin { try await $0.repair(incident: 1, .redirect(to: "till")) }
        }
        #expect(error != nil)
    }

    private func apart() throws -> SimulatedProcesses {
        let shop = Component("shop") { Publishes(OrderPlaced.self) }
        return try SimulatedProcesses(broker: MemoryBroker(), of: [[shop], [stock(outside)], [backOffice]])
    }

    @Test("reaches a component in another process by its channel", arguments: [false, true])
    func elsewhere(isOffline: Bool) throws {
        let shop = try apart()
        try shop.publish(OrderPlaced(orderID: "a", amount: 1), as: "shop")
        shop.run(for: .minutes(1))
        let incident = try #require(try shop.incidents().first)
        if isOffline {
            let store = try shop.store(of: "stock")
            _ = try store.carryOut(.redirect(incident: incident.id, to: "backOffice"), at: shop.now)
            try shop.crash("stock")
        } else {
            try shop.process(of: "stock").operate(.redirect(incident: incident.id, to: "backOffice"))
        }
        shop.run(for: .minutes(1))
        #expect(desk.entries == ["a 1"])
        #expect(try shop.incidents().isEmpty)
    }

    @Test("is refused where no channel leads to the component any more")
    func unreachable() throws {
        let shop = try apart()
        try shop.publish(OrderPlaced(orderID: "a", amount: 1), as: "shop")
        shop.run(for: .minutes(1))
        let incident = try #require(try shop.incidents().first)
        let alone = try Simulation(store: try shop.store(of: "stock"), components: [stock(outside)])
        let action = OperatorAction.redirect(incident: incident.id, to: "backOffice")
        let store = try shop.store(of: "stock")
        for attempt in [{ try alone.operate(action) }, { _ = try store.carryOut(action, at: shop.now) }] {
            let error = #expect(throws: ActionError.self) { try attempt() }
            #expect(error?.code == .cannotRedirect)
            #expect(error?.description.contains("nor does a channel lead to it") == true)
        }
    }
}
