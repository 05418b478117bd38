import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("An activity that outlives the kernel that started it")
struct OutlivingActivityTests {
    let store = MemoryStore()

    @Test("gives its place at the outside system back, so that others are called")
    func probe() throws {
        let (world, gate, clock) = (World(failing: 1), Gate(), Mutexed<VirtualClock?>(nil))
        var options = Simulation.Options()
        options.order = .arrival
        options.configuration.breakers["line"] = BreakerPolicy(failures: 1, openFor: .seconds(30))
        let simulation = try simulation(options, store: store) { start, flow in
            if start.id == "runaway" {
                try await flow.sleep(for: .seconds(40))
                if let clock = clock.value { clock.advance(to: clock.now.advanced(by: .seconds(11))) }
                return ""
            }
            let retry = RetryPolicy(attempts: nil, initialDelay: .seconds(1), factor: 1, jitter: 0)
            let options = ActivityOptions(retry: retry, timeout: .days(30), system: "line")
            return try await flow.perform("call", options) { _ in
                try world.call(start.id)
                if world.calls.count == 2 { await gate.wait() }
                return start.id
            }
        }
        clock.value = simulation.clock
        for id in ["runaway", "a", "b", "c"] { try simulation.publish(JobRequested(id: id), as: "work") }
        simulation.run(for: .seconds(35))
        #expect(world.calls.count == 2, "the probe hangs")
        simulation.run(for: .minutes(1))
        #expect(try simulation.instance("runaway", of: store)?.status == .parked)
        gate.open()
        simulation.run(for: .minutes(10))
        #expect(try Set(simulation.results()) == ["a", "b", "c"])
    }

    @Test("is not taken for one of the same number of a process that has begun afresh")
    func restart() throws {
        let gate = Gate()
        let simulation = try simulation(store: store) { start, flow in
            if start.id == "a" {
                // Left alone, so that it is canceled when the process begins afresh.
                async let _ = flow.perform("old") { _ in
                    await gate.wait()
                    return "old"
                }
                try await flow.sleep(for: .seconds(1))
                try flow.restart(with: JobRequested(id: "again"))
            }
            let first = try await flow.perform("first") { _ in "first" }
            let second = try await flow.perform("second") { _ in
                await gate.wait()
                return "second"
            }
            return "\(first) \(second)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .seconds(5))
        #expect(try simulation.results().isEmpty)
        gate.open()
        simulation.run(for: .seconds(5))
        #expect(try simulation.results() == ["first second"])
    }
}
