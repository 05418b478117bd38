import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// Is busy for 50 minutes, and then waits for a charge, which may have come long before.
private struct Hooked: ProcessDefinition {
    static let name = "hooked"
    static func key(of start: JobRequested) -> String { start.id }
    static var correlations: [Correlation] { [Correlation(Charged.self, by: \.orderID)] }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        try await flow.sleep(for: .minutes(50))
        let charged = try await flow.wait(for: Charged.self, key: start.id, until: .hours(2))
        flow.publish(JobDone(id: start.id, result: charged.map { "\($0.amount)" } ?? "nothing"))
    }
}

@Suite("A message that is faster than the process that will wait for it")
struct EarlyMessageTests {
    let store = MemoryStore()

    private func simulation(crashing: Bool = false) throws -> Simulation {
        var options = Simulation.Options()
        (options.crashesAtEveryCommit, options.duplicates) = (crashing, crashing)
        return try Simulation(
            store: store, options: options, components: [Component("work") { Processes(Hooked()) }, till()])
    }

    private func buffered() throws -> Int {
        try store.makeReader().expiredBuffered(component: "work", now: Timestamp(microseconds: .max), limit: 99).count
    }

    @Test("is buffered for the instance with its key, and nobody has to say so", arguments: [false, true])
    func early(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.publish(Charged(orderID: "a", amount: 7), as: "till")
        #expect(try buffered() == 1)
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["7"])
        #expect(try buffered() == 0)
    }

    @Test("costs no row where no instance has its key, or that one has ended")
    func strangers() throws {
        let simulation = try simulation()
        for number in 1...50 { try simulation.publish(Charged(orderID: "\(number)", amount: 7), as: "till") }
        #expect(try buffered() == 0)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(4))
        #expect(try simulation.results() == ["nothing"])
        try simulation.publish(Charged(orderID: "a", amount: 7), as: "till")
        #expect(try buffered() == 0)
        #expect(simulation.runtime.counts.unmatched == 51)
    }

    @Test("is there for an hour")
    func expiry() throws {
        let simulation = try simulation()
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.publish(Charged(orderID: "a", amount: 7), as: "till")
        let id = try #require(try store.makeReader().instance(component: "work", process: "hooked", key: "a")?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        simulation.run(for: .minutes(61))
        try simulation.perform { try await $0.resume(instance: id) }
        simulation.run(for: .hours(3))
        #expect(try simulation.results() == ["nothing"])
        #expect(simulation.runtime.counts.expired == 1)
    }

    @Test("reaches an instance that an operator has stopped meanwhile")
    func suspended() throws {
        let simulation = try simulation()
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try store.makeReader().instance(component: "work", process: "hooked", key: "a")?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.publish(Charged(orderID: "a", amount: 7), as: "till")
        try simulation.perform { try await $0.resume(instance: id) }
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["7"])
    }
}
