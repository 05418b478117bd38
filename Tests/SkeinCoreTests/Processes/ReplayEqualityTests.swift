import SkeinActions
import SkeinCore
import SkeinTesting
import Testing

@Suite("What a process says and draws")
struct ReplayEqualityTests {
    enum Interruption: CaseIterable {
        case crash, eviction, both
    }

    /// Says something, draws something and acts in each of its steps.
    private func simulation(_ ledger: Ledger, live: Int) throws -> Simulation {
        var options = Simulation.Options()
        options.configuration.liveInstances = live
        return try Simulation(
            store: MemoryStore(), options: options,
            components: [
                Component("work") {
                    Processes(
                        Scripted { start, flow in
                            for _ in 1...4 {
                                flow.publish(Note(text: "\(flow.now) \(flow.uuid()) \(flow.random(in: 0...9999))"))
                                flow.send(Refund(orderID: start.id))
                                try await flow.perform("act") { ledger.note($0.idempotencyKey) }
                                try await flow.sleep(for: .hours(1))
                            }
                            return flow.uuid()
                        })
                }, Component("till") { Handle(Refund.self) { _, _ in } },
            ])
    }

    /// The messages as they are in the log, with their ids, and the keys of all activities.
    private func play(_ interruption: Interruption?) throws -> (log: [String], keys: [String]) {
        let ledger = Ledger()
        let simulation = try simulation(ledger, live: interruption == .eviction || interruption == .both ? 1 : 100)
        for number in 1...8 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        for _ in 0..<8 {
            simulation.run(for: .minutes(30))
            if interruption == .crash || interruption == .both { simulation.crash() }
        }
        let log = try simulation.log().map(\.envelope).map { envelope in
            "\(envelope.id) \(envelope.time) \(envelope.name) \(envelope.subject) "
                + "\(envelope.context.trace?.parent ?? "") \(String(decoding: envelope.payload.bytes, as: UTF8.self))"
        }
        #expect(simulation.crashes == (interruption == .crash || interruption == .both ? 8 : 0))
        if interruption == .eviction { #expect(simulation.runtime.counts.evictions >= 5) }
        return (log.sorted(), ledger.entries.sorted())
    }

    @Test("has equal ids, times, keys and values, however often it is replayed", arguments: Interruption.allCases)
    func equal(interruption: Interruption) throws {
        let plain = try play(nil)
        #expect(plain.log.count == 8 + 8 * (4 + 4) + 8)
        #expect(Set(plain.keys).count == 32, "each activity has a key of its own")
        let other = try play(interruption)
        #expect(other.log == plain.log)
        #expect(other.keys == plain.keys)
    }

    @Test("has an idempotency key for each message, equal in all attempts and after a crash")
    func handlerKeys() throws {
        let (ledger, world) = (Ledger(), World(failing: 3))
        let notes = Component("notes") {
            Handle(Tick.self) { tick, context in
                ledger.note("\(tick.number) \(context.idempotencyKey)")
                if tick.number == 1 { try world.call("x") }
            }.retry(RetryPolicy(attempts: nil, initialDelay: .minutes(1), jitter: 0))
        }
        let simulation = try Simulation(store: MemoryStore(), components: [notes])
        for number in 1...2 { try simulation.publish(Tick(key: "k\(number)", number: number), as: "clock") }
        simulation.run(for: .minutes(1))
        simulation.crash()
        simulation.run(for: .hours(1))
        #expect(world.calls.count == 4)
        #expect(Set(ledger.entries).count == 2)
    }
}
