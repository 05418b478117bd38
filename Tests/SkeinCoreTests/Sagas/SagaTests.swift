import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

struct DeliverySaga: Saga {
    static let name = "delivery"
    var orderID: String
    var charges = 0

    static var behavior: SagaBehavior<DeliverySaga> {
        Begin(OrderPlaced.self, by: \.orderID) { placed, saga in
            saga.send(Charge(orderID: placed.orderID, amount: placed.amount))
            saga.wake("late", after: .days(3))
            saga.set("order", to: placed.orderID)
            return DeliverySaga(orderID: placed.orderID)
        }
        React(Charged.self, by: \.orderID) { delivery, charged, saga in
            delivery.charges += 1
            if delivery.charges == 2 {
                saga.publish(OrderClosed(orderID: charged.orderID, outcome: "charged \(delivery.charges) times"))
                saga.end()
            }
        }
        Wake { delivery, purpose, saga in
            saga.publish(OrderClosed(orderID: delivery.orderID, outcome: "\(purpose) after \(delivery.charges)"))
            saga.end()
        }
    }
}

@Suite("Sagas")
struct SagaTests {
    let store = MemoryStore()

    func shop(crashing: Bool) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.duplicates = crashing
        return try Simulation(
            store: store, options: options, components: [Component("shop") { Sagas(DeliverySaga.self) }, till()])
    }

    func outcomes(_ simulation: Simulation) throws -> [String] {
        try simulation.log().filter { $0.envelope.name == OrderClosed.name }.map {
            try PayloadCoder.json.decode(OrderClosed.self, from: $0.envelope.payload.bytes).outcome
        }
    }

    @Test("keep their state between messages and end themselves", arguments: [false, true])
    func reacting(crashing: Bool) throws {
        let simulation = try shop(crashing: crashing)
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        try simulation.send(Charge(orderID: "a", amount: 1))
        #expect(try outcomes(simulation) == ["charged 2 times"])
        let row = try #require(
            try store.makeReader().instance(component: "shop", process: "delivery", key: "a"))
        #expect(row.status == .completed)
        #expect(row.attributes.map { String(decoding: $0, as: UTF8.self) } == #"{"order":"a"}"#)
        simulation.run(for: .days(5))
        #expect(try outcomes(simulation).count == 1, "the wake-up went with the saga")
    }

    @Test("are woken when they asked for it", arguments: [false, true])
    func waking(crashing: Bool) throws {
        let simulation = try shop(crashing: crashing)
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        simulation.run(for: .days(3))
        #expect(try outcomes(simulation) == ["late after 1"])
    }

    @Test("pass by messages for a key without a saga, and count them")
    func unknown() throws {
        let simulation = try shop(crashing: false)
        try simulation.send(Charge(orderID: "nobody", amount: 1))
        #expect(simulation.runtime.counts.unmatched == 1)
        #expect(try store.makeReader().instance(component: "shop", process: "delivery", key: "nobody") == nil)
    }

    @Test("follow the last request when one step both sets and withdraws a wake-up")
    func lastWord() throws {
        let simulation = try Simulation(
            store: store, components: [Component("shop") { Sagas(WaveringSaga.self) }, till()])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        simulation.run(for: .days(1))
        #expect(try outcomes(simulation) == ["withdrawn and asked for", "asked for twice"])
    }
}

/// Changes its mind in one step.
struct WaveringSaga: Saga {
    static let name = "wavering"
    var orderID: String

    static var behavior: SagaBehavior<WaveringSaga> {
        Begin(OrderPlaced.self, by: \.orderID) { placed, saga in
            saga.wake("asked for and withdrawn", after: .hours(1))
            saga.cancelWake("asked for and withdrawn")
            saga.wake("withdrawn and asked for", after: .hours(2))
            saga.cancelWake("withdrawn and asked for")
            saga.wake("withdrawn and asked for", after: .hours(3))
            saga.wake("asked for twice", after: .hours(2))
            saga.wake("asked for twice", after: .hours(4))
            return WaveringSaga(orderID: placed.orderID)
        }
        Wake { wavering, purpose, saga in
            saga.publish(OrderClosed(orderID: wavering.orderID, outcome: purpose))
        }
    }
}
