import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// Counts what it is asked to count, as an entity beside a process in one component.
private struct Counter: Entity {
    static let name = "counter"
    var total = 0

    static var behavior: EntityBehavior<Counter> {
        Decide(Charge.self, by: \.orderID) { _, charge in [Charged(orderID: charge.orderID, amount: charge.amount)] }
        Evolve(Charged.self) { counter, event in counter.total += event.amount }
    }
}

/// Charges through the entity of its own component, and waits for two days.
private struct CountingProcess: ProcessDefinition {
    static let name = "counting"
    static func key(of start: OrderPlaced) -> String { start.orderID }

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        try await flow.request(Charge(orderID: start.orderID, amount: 1), expecting: Charged.self)
        try await flow.sleep(for: .days(2))
        flow.publish(Refunded(orderID: start.orderID))
    }
}

/// Begins with an order, and reacts to further ones of the same key.
private struct TallySaga: Saga {
    static let name = "tally"
    var count = 0

    static var behavior: SagaBehavior<TallySaga> {
        Begin(OrderPlaced.self, by: \.orderID) { _, saga in
            saga.publish(OrderClosed(orderID: "begun", outcome: "1"))
            return TallySaga(count: 1)
        }
        React(OrderPlaced.self, by: \.orderID) { tally, _, saga in
            tally.count += 1
            saga.publish(OrderClosed(orderID: "reacted", outcome: "\(tally.count)"))
        }
    }
}

@Suite("Notations side by side in one component")
struct NotationSharingTests {
    @Test("an entity and a process leave each other's instances alone, also after crashes", arguments: [false, true])
    func entityAndProcess(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let till = Component("till") {
            Entities(Counter.self)
            Processes(CountingProcess())
        }
        let store = MemoryStore()
        let simulation = try Simulation(store: store, options: options, components: [till])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        simulation.run(for: .days(1))
        simulation.crash()
        simulation.run(for: .days(1))
        #expect(try simulation.events() == ["shop.orderPlaced", "till.charged", "till.refunded"])
    }

    @Test("a message that begins a saga is not reacted to by the saga that it has begun")
    func beginAndReact() throws {
        let shop = Component("shop") { Sagas(TallySaga.self) }
        let simulation = try Simulation(store: MemoryStore(), components: [shop])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "client")
        #expect(try simulation.events() == ["shop.orderPlaced", "shop.orderClosed"])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "client")
        let closed = try simulation.log().last { $0.envelope.name == "shop.orderClosed" }
        #expect(
            closed.map { String(decoding: $0.envelope.payload.bytes, as: UTF8.self) }
                == #"{"orderID":"reacted","outcome":"2"}"#)
        #expect(try simulation.events().count == 4)
    }
}
