import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// Charges, waits for a correction if need be, and closes the order.
struct OrderProcess: ProcessDefinition {
    static let name = "order"
    static func key(of start: OrderPlaced) -> String { start.orderID }

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        let rate = try await flow.ask(Rate()).percent
        let charged = try await flow.request(
            Charge(orderID: start.orderID, amount: start.amount + rate), expecting: Charged.self,
            undo: { Refund(orderID: $0.orderID) }, confirmedBy: Refunded.self)
        try await flow.sleep(for: .days(2))
        if charged.amount > 100 {
            try await flow.compensate()
            return flow.publish(OrderClosed(orderID: start.orderID, outcome: "tooMuch"))
        }
        flow.publish(OrderClosed(orderID: start.orderID, outcome: "ok"))
    }
}

@Suite("Code processes")
struct ProcessTests {
    func shop<each Definition: ProcessDefinition>(_ definition: repeat each Definition) -> Component {
        Component("shop") { Processes(repeat each definition) }
    }

    @Test("ask, send and wait, sleep and publish", arguments: [false, true], [false, true])
    func happyPath(crashing: Bool, twice: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.duplicates = twice
        let ledger = Ledger()
        let simulation = try Simulation(
            store: MemoryStore(), options: options, components: [shop(OrderProcess()), till(ledger)])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        #expect(
            try simulation.messages() == [
                "shop.orderPlaced", "till.rate", "till.rateAnswer", "till.charge", "till.charged",
            ])
        simulation.run(for: .days(1))
        #expect(try simulation.log().count == 5)
        simulation.run(for: .days(1))
        let last = try #require(try simulation.log().last)
        #expect(last.envelope.name == "shop.orderClosed")
        #expect(last.envelope.time == Timestamp(microseconds: 1_767_225_600_000_000).advanced(by: .days(2)))
        #expect(Set(ledger.entries) == ["charge a"])
        #expect(crashing || ledger.entries.count == 1)
        #expect(crashing ? simulation.crashes > 5 : simulation.crashes == 0)
    }

    @Test("undo what was completed when they compensate", arguments: [false, true])
    func compensation(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try Simulation(
            store: MemoryStore(), options: options, components: [shop(OrderProcess()), till()])
        try simulation.publish(OrderPlaced(orderID: "a", amount: 1000), as: "shop")
        simulation.run(for: .days(2))
        #expect(
            try simulation.events() == [
                "shop.orderPlaced", "till.charged", "till.refunded", "shop.orderClosed",
            ])
    }

    @Test("take a second start with the same key for the same instance")
    func duplicateStart() throws {
        let simulation = try Simulation(store: MemoryStore(), components: [shop(OrderProcess()), till()])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        simulation.run(for: .days(2))
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        simulation.run(for: .days(2))
        #expect(try simulation.events().filter { $0 == "shop.orderClosed" }.count == 1)
    }
}
