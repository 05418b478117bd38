import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("An operator's action on an instance")
struct InstanceActionTests {
    let store = MemoryStore()
    let outside = Outside()

    func shop() -> [Component] {
        [Component("shop") { Processes(Charging(), Fetching(outside: outside)) }, till()]
    }

    func open(at start: Timestamp? = nil, crashing: Bool = false, _ components: [Component]) throws -> Simulation {
        var options = Simulation.Options()
        if let start { (options.start, options.seed) = (start, 2) }
        options.crashesAtEveryCommit = crashing
        return try Simulation(store: store, options: options, components: components)
    }

    func charging() -> [Component] { [Component("shop") { Processes(Charging()) }, till()] }

    func status() throws -> InstanceStatus? { try store.makeReader().instance(1)?.status }

    /// Acts with a runtime, or on the store alone, and goes on with a new runtime.
    func act(
        _ actions: [OperatorAction], offline: Bool, crashing: Bool, _ components: [Component],
        before: (Simulation) throws -> Void
    ) throws -> Simulation {
        let first = try open(components)
        try before(first)
        if offline {
            for action in actions { _ = try store.carryOut(action, at: first.clock.now) }
        }
        let second = try open(at: first.clock.now, crashing: crashing, components)
        if !offline {
            for action in actions { try second.operate(action) }
        }
        return second
    }

    @Test("cancels it, and what it has done is undone", arguments: [false, true], [false, true])
    func cancel(offline: Bool, crashing: Bool) throws {
        let simulation = try act(
            [.cancel(instance: 1, reason: "test")], offline: offline, crashing: crashing, charging(),
            before: { try $0.publish(OrderPlaced(orderID: "a"), as: "shop") })
        simulation.run(for: .days(60))
        let events = try simulation.events()
        #expect(events == ["shop.orderPlaced", "till.charged", "till.refunded"])
        let status = try status()
        #expect(status == .canceled)
        #expect(try store.makeReader().mailbox(of: 1, limit: 10).isEmpty)
    }

    @Test("suspends it, keeps what comes, and goes on when resumed", arguments: [false, true], [false, true])
    func suspend(offline: Bool, crashing: Bool) throws {
        let simulation = try act(
            [.suspend(instance: 1)], offline: offline, crashing: crashing, charging(),
            before: { try $0.publish(OrderPlaced(orderID: "a"), as: "shop") })
        simulation.run(for: .days(40))
        #expect(try status() == .suspended)
        #expect(try !simulation.events().contains("shop.orderClosed"))
        if offline {
            _ = try store.carryOut(.resume(instance: 1), at: simulation.clock.now)
            _ = try open(at: simulation.clock.now, crashing: crashing, charging())
        } else {
            try simulation.operate(.resume(instance: 1))
        }
        #expect(try simulation.events().last == "shop.orderClosed")
        #expect(try status() == .completed)
    }

    @Test("cancels one that its incident has parked", arguments: [false, true])
    func cancelParked(offline: Bool) throws {
        struct Crashing: ProcessDefinition {
            static let name = "crashing"
            static func key(of start: OrderPlaced) -> String { start.orderID }
            func run(_ start: OrderPlaced, _ flow: Flow) async throws {
                try await flow.wait(for: Charged.self, key: start.orderID)
                throw Outside.Broken()
            }
        }
        let simulation = try act(
            [.cancel(instance: 1, reason: "test")], offline: offline, crashing: false,
            [Component("shop") { Processes(Crashing()) }],
            before: {
                try $0.publish(OrderPlaced(orderID: "a"), as: "shop")
                try $0.publish(Charged(orderID: "a", amount: 1), as: "till")
            })
        simulation.run(for: .days(1))
        #expect(try status() == .canceled)
        #expect(try store.openIncidents().isEmpty)
        #expect(try store.makeReader().incident(1)?.resolution == "canceled")
        #expect(try store.makeReader().mailbox(of: 1, limit: 10).isEmpty)
    }

    @Test("retries one whose activity is parked", arguments: [false, true], [false, true])
    func retry(offline: Bool, crashing: Bool) throws {
        let components = [Component("shop") { Processes(Fetching(outside: outside)) }]
        let simulation = try act(
            [.retryInstance(1)], offline: offline, crashing: crashing, components,
            before: {
                try $0.publish(OrderPlaced(orderID: "a"), as: "shop")
                outside.mend()
            })
        #expect(try simulation.events().last == "shop.orderClosed")
        #expect(try status() == .completed)
        #expect(try store.openIncidents().isEmpty)
    }

    @Test(
        "that does not fit its status is refused, with a runtime and without",
        arguments: [
            (OperatorAction.resume(instance: 1), "instance 1 is not suspended"),
            (.retryInstance(1), "instance 1 is running and nothing of it has failed; there is nothing to retry"),
            (.cancel(instance: 7, reason: ""), "there is no instance 7"),
        ])
    func refused(action: OperatorAction, reason: String) throws {
        let simulation = try open(charging())
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        let live = #expect(throws: ActionError.self) { try simulation.operate(action) }
        #expect(live?.description == reason)
        let offline = #expect(throws: ActionError.self) { try store.carryOut(action, at: .epoch) }
        #expect(offline?.description == reason)
    }

    @Test("that has ended is refused")
    func ended() throws {
        let simulation = try open(charging())
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        try simulation.operate(.cancel(instance: 1, reason: "test"))
        #expect(try status() == .canceled)
        for action in [OperatorAction.suspend(instance: 1), .cancel(instance: 1, reason: "")] {
            let error = #expect(throws: ActionError.self) { try simulation.operate(action) }
            #expect(error?.description == "instance 1 has ended (canceled)")
        }
    }

    @Test("is answered when the runtime stops meanwhile")
    func stopping() async throws {
        let runtime = try Runtime(store: store, components: charging())
        runtime.start()
        _ = try await runtime.client(as: "shop").publish(OrderPlaced(orderID: "a"))
        await runtime.settle()
        await runtime.stop()
        await #expect(throws: ActionError.self) { try await runtime.suspend(instance: 1) }
    }
}
