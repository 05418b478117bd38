import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("A timer that nobody waits for any more")
struct SpentTimerTests {
    let store = MemoryStore()

    /// Waits for a charge, a day at most, and then for another one, however long.
    private func customer() throws -> (Simulation, InstanceID) {
        var options = Simulation.Options()
        options.order = .arrival
        let simulation = try simulation(options, store: store) { start, flow in
            _ = try await flow.wait(for: Charged.self, key: start.id, until: .days(1))
            return "\(try await flow.wait(for: Charged.self, key: start.id).amount)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        return (simulation, try #require(try simulation.instance(of: store)?.id))
    }

    @Test("does not keep operators waiting when it is due")
    func operators() throws {
        let (simulation, id) = try customer()
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.send(Charge(orderID: "a", amount: 1))
        simulation.run(for: .days(2))
        // The buffered message ends the wait, and with it the timer, which is read once more before that is durable.
        try simulation.perform { try await $0.resume(instance: id) }
        #expect(try store.makeReader().timers(of: id).isEmpty)
        try simulation.perform { try await $0.suspend(instance: id) }
        #expect(try simulation.instance(of: store)?.status == .suspended)
    }

    @Test("leaves one wake-up for an instance, however often it is suspended")
    func wakeUps() throws {
        let (simulation, id) = try customer()
        let before = simulation.runtime.core.timers.count
        for _ in 0..<20 {
            try simulation.perform { try await $0.suspend(instance: id) }
            try simulation.perform { try await $0.resume(instance: id) }
        }
        #expect(simulation.runtime.core.timers.count == before)
    }
}
