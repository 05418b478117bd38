import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// Waits for a charge of an order after two hours, as ``LateListener`` does after one.
struct LaterListener: ProcessDefinition {
    static let name = "later-listener"
    static func key(of start: JobRequested) -> String { start.id }
    static var correlations: [Correlation] {
        [Correlation(Charged.self, unmatched: .buffer(for: .days(1)), by: \.orderID)]
    }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        try await flow.sleep(for: .hours(2))
        let charged = try await flow.wait(for: Charged.self, key: start.id, until: .hours(1))
        flow.publish(JobDone(id: start.id, result: charged.map { "later \($0.amount)" } ?? "nothing"))
    }
}

/// Adds up 250 charges.
struct Adder: ProcessDefinition {
    static let name = "adder"
    static func key(of start: JobRequested) -> String { start.id }
    static var correlations: [Correlation] {
        [Correlation(Charged.self, unmatched: .buffer(for: .days(1)), by: \.orderID)]
    }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        var amounts: [Int] = []
        while amounts.count < 250 { amounts.append(try await flow.wait(for: Charged.self, key: start.id).amount) }
        let inOrder = amounts == amounts.sorted()
        flow.publish(JobDone(id: start.id, result: "\(amounts.reduce(0, +)) \(inOrder)"))
    }
}

@Suite("Messages that come before anybody waits for them")
struct BufferTests {
    let store = MemoryStore()

    private func work<each Definition: ProcessDefinition>(
        _ definition: repeat each Definition, crashing: Bool = false
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.duplicates = crashing
        return try Simulation(
            store: store, options: options,
            components: [Component("work") { Processes(repeat each definition) }, till()])
    }

    private func isBuffered(in simulation: Simulation) throws -> Bool {
        let end = Timestamp(microseconds: .max)
        return try !store.makeReader().expiredBuffered(component: "work", now: end, limit: 1).isEmpty
    }

    @Test("reach the instance that comes to wait for them", arguments: [false, true])
    func buffering(crashing: Bool) throws {
        let simulation = try work(LateListener(), crashing: crashing)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.send(Charge(orderID: "a", amount: 7))
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["7"])
        try simulation.publish(JobRequested(id: "b"), as: "work")
        simulation.run(for: .hours(3))
        #expect(try simulation.results() == ["7", "nothing"])
    }

    @Test("expire, are counted then, and leave nothing behind")
    func expiry() throws {
        let simulation = try work(LateListener())
        try simulation.send(Charge(orderID: "a", amount: 7))
        simulation.run(for: .hours(2))
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(3))
        #expect(try simulation.results() == ["nothing"])
        #expect(simulation.runtime.counts.expired == 1)
        #expect(try !isBuffered(in: simulation))
        #expect(simulation.runToEnd(within: .days(2)), "nothing is due any more")
    }

    @Test("are there for each process by itself, whoever else waits or has taken them", arguments: [false, true])
    func perProcess(crashing: Bool) throws {
        let simulation = try work(LateListener(), LaterListener(), crashing: crashing)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.send(Charge(orderID: "a", amount: 7))
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == ["7", "later 7"])
        try simulation.publish(JobRequested(id: "b"), as: "work")
        simulation.run(for: .minutes(90))
        try simulation.send(Charge(orderID: "b", amount: 8))
        simulation.run(for: .minutes(30))
        #expect(try simulation.results() == ["7", "later 7", "8", "later 8"], "one waits, the other does not yet")
        #expect(try !isBuffered(in: simulation))
    }

    @Test("may be more than are read at once", arguments: [false, true])
    func many(crashing: Bool) throws {
        let simulation = try work(Adder(), crashing: crashing)
        for amount in 1...249 { try simulation.publish(Charged(orderID: "a", amount: amount), as: "till") }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.publish(Charged(orderID: "a", amount: 250), as: "till")
        #expect(try simulation.results() == ["\(250 * 251 / 2) true"])
        #expect(try !isBuffered(in: simulation))
    }
}
