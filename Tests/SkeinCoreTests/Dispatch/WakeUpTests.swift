import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("Wake-ups for parked keys")
struct WakeUpTests {
    private struct Broken: Error {}

    private static let retry = RetryPolicy(
        initialDelay: .hours(1), factor: 1, maximumDelay: .hours(1), jitter: 0)

    private func simulation(_ ledger: Ledger) throws -> Simulation {
        var options = Simulation.Options()
        options.order = .arrival
        let notes = Component("notes") {
            Handle(Tick.self) { tick, _ in
                guard ledger.entries.contains("mended") else { throw Broken() }
                ledger.note("\(tick.number)")
            }.retry(Self.retry)
        }
        return try Simulation(store: MemoryStore(), options: options, components: [notes])
    }

    @Test("are one for each key, however many messages are parked behind the first")
    func bounded() throws {
        let ledger = Ledger()
        let simulation = try simulation(ledger)
        try simulation.publish(Tick(key: "a", number: 0), as: "clock")
        let before = simulation.runtime.core.timers.count
        for number in 1...100 { try simulation.publish(Tick(key: "a", number: number), as: "clock") }
        #expect(simulation.runtime.core.timers.count == before)
        ledger.note("mended")
        simulation.run(for: .hours(2))
        #expect(ledger.entries.dropFirst() == (0...100).map { "\($0)" }[...])
        #expect(simulation.runtime.core.timers.count == 0)
    }
}
