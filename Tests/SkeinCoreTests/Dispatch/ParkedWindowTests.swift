import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("More parked keys than fit into memory")
struct ParkedWindowTests {
    let store = MemoryStore()
    let ledger = Ledger()
    let isUp = Mutexed(false)

    private func simulation(permanent: Bool = false, crashing: Bool = false) throws -> Simulation {
        let (ledger, isUp) = (ledger, isUp)
        let notes = Component("notes") {
            Handle(Tick.self) { tick, _ in
                guard isUp.value else {
                    if permanent { throw Refused() }
                    throw Unreachable()
                }
                ledger.note("\(tick.key) \(tick.number)")
            }.retry(RetryPolicy(initialDelay: .minutes(1), maximumDelay: .minutes(5)))
        }
        var options = Simulation.Options()
        options.order = .arrival
        options.configuration.parkedKeysInMemory = 4
        options.crashesAtEveryCommit = crashing
        return try Simulation(store: store, options: options, components: [notes])
    }

    private func engine(_ simulation: Simulation) throws -> HandlerEngine {
        try #require(simulation.runtime.handlerEngine("notes/handlers"))
    }

    private func publish(_ numbers: ClosedRange<Int>, keys: Int = 40, _ simulation: Simulation) throws {
        for number in numbers {
            for key in 1...keys { try simulation.publish(Tick(key: "k\(key)", number: number), as: "clock") }
        }
    }

    private func expectOrder(_ numbers: ClosedRange<Int>, keys: Int = 40) {
        #expect(ledger.entries.count == numbers.count * keys)
        for key in 1...keys {
            let handled = ledger.entries.filter { $0.hasPrefix("k\(key) ") }
            #expect(handled == numbers.map { "k\(key) \($0)" })
        }
    }

    @Test(
        "are retried when their time comes, in order, with what came later; memory holds a few",
        arguments: [false, true])
    func retried(crashing: Bool) throws {
        let simulation = try simulation()
        try publish(1...2, simulation)
        simulation.run(for: .minutes(2))
        if crashing { simulation.crash() }
        try publish(3...3, simulation)
        #expect(try engine(simulation).parkedKeys.count <= 4)
        #expect(try engine(simulation).lanes.isEmpty)
        #expect(try !engine(simulation).parkedKeys.isComplete)
        let attempts = simulation.runtime.counts.retried
        simulation.run(for: .minutes(10))
        #expect(simulation.runtime.counts.retried >= attempts + 40)
        if crashing { simulation.crash() }
        isUp.value = true
        simulation.run(for: .minutes(5))
        expectOrder(1...3)
        #expect(try engine(simulation).parkedKeys.isComplete && engine(simulation).lanes.isEmpty)
        #expect(try store.makeReader().parkedHeads(subscription: "notes/handlers", after: nil, limit: 9).isEmpty)
        try publish(4...4, simulation)
        expectOrder(1...4)
    }

    @Test("that wait for an operator let what comes later wait, and go on when he acts", arguments: [false, true])
    func incidents(crashing: Bool) throws {
        let simulation = try simulation(permanent: true)
        try publish(1...2, simulation)
        if crashing { simulation.crash() }
        isUp.value = true
        try publish(3...3, simulation)
        try simulation.publish(Tick(key: "other", number: 1), as: "clock")
        simulation.run(for: .days(1))
        #expect(ledger.entries == ["other 1"])
        try simulation.operate(.repairAll(cause: "Tick", .retry))
        simulation.run(for: .minutes(1))
        #expect(ledger.entries.count == 121)
        for key in 1...40 {
            #expect(ledger.entries.filter { $0.hasPrefix("k\(key) ") } == (1...3).map { "k\(key) \($0)" })
        }
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("that an operator skips or retries while no runtime is there go on when one starts")
    func repairedOffline() throws {
        let simulation = try simulation(permanent: true)
        try publish(1...2, simulation)
        simulation.run(for: .minutes(1))
        try simulation.perform { await $0.stop() }
        let incidents = try store.openIncidents()
        for (index, incident) in incidents.enumerated() {
            let action =
                index.isMultiple(of: 2) ? OperatorAction.skip(incident: incident.id) : .retry(incident: incident.id)
            _ = try store.carryOut(action, at: simulation.clock.now)
        }
        isUp.value = true
        simulation.crash()
        simulation.run(for: .minutes(1))
        #expect(ledger.entries.count == 60, "of every second key the first message is skipped")
        #expect(Set(ledger.entries).count == 60)
    }

    @Test("are found again when the process dies while their messages are worked off")
    func workedOff() throws {
        try publish(1...5, keys: 10, simulation())
        isUp.value = true
        let simulation = try simulation(crashing: true)
        simulation.run(for: .minutes(10))
        expectOrder(1...5, keys: 10)
    }

    @Test("whose handler stands still let those of other handlers pass")
    func standingStill() throws {
        let (ledger, isUp, gate, areOrdersUp) = (ledger, isUp, Gate(), Mutexed(false))
        let component = Component("notes") {
            Handle(Tick.self) { tick, _ in
                if !isUp.value { await gate.wait() }
                ledger.note("\(tick.key) \(tick.number)")
            }.timeout(.days(1))
            Handle(OrderPlaced.self) { order, _ in
                guard areOrdersUp.value else { throw Unreachable() }
                ledger.note("order \(order.orderID)")
            }.retry(RetryPolicy(initialDelay: .minutes(1), factor: 1, jitter: 0))
        }
        var options = Simulation.Options()
        options.order = .arrival
        (options.configuration.bufferedMessages, options.configuration.concurrentHandlers) = (2, 1)
        options.configuration.parkedKeysInMemory = 4
        let simulation = try Simulation(store: store, options: options, components: [component])
        try publish(1...1, simulation)
        simulation.run(for: .seconds(5))
        for order in 1...20 { try simulation.publish(OrderPlaced(orderID: "\(order)"), as: "shop") }
        try publish(2...2, simulation)
        simulation.run(for: .seconds(30))
        #expect(simulation.runtime.counts.parked >= 90 && ledger.entries.isEmpty)
        areOrdersUp.value = true
        simulation.run(for: .minutes(10))
        #expect(Set(ledger.entries) == Set((1...20).map { "order \($0)" }))
        #expect(try #require(simulation.runtime.handlerEngine("notes/handlers")).lanes.count <= 2 + 2 + 2)
        isUp.value = true
        gate.open()
        simulation.run(for: .minutes(30))
        #expect(ledger.entries.count == 100)
        for key in 1...40 { #expect(ledger.entries.filter { $0.hasPrefix("k\(key) ") } == ["k\(key) 1", "k\(key) 2"]) }
    }
}
