import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// Waits for two charges of anything, one after the other.
struct TwoOfMany: ProcessDefinition {
    static let name = "two-of-many"
    static func key(of start: JobRequested) -> String { start.id }
    static var correlations: [Correlation] { [Correlation(Charged.self, unmatched: .deadLetter) { _ in "any" }] }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        let first = try await flow.wait(for: Charged.self, key: "any").amount
        let second = try await flow.wait(for: Charged.self, key: "any").amount
        flow.publish(JobDone(id: start.id, result: "\(start.id) \(first) \(second)"))
    }
}

/// Counts the charges of an order; it cannot read what is charged to nobody.
struct ChargeCounter: Saga {
    static let name = "counter"
    var count = 0

    static var behavior: SagaBehavior<ChargeCounter> {
        Begin(Charged.self, by: \.orderID) { charged, saga in
            saga.publish(OrderClosed(orderID: charged.orderID, outcome: "1"))
            return ChargeCounter(count: 1)
        }
        React(Charged.self, by: \.orderID) { counter, charged, saga in
            counter.count += 1
            saga.publish(OrderClosed(orderID: charged.orderID, outcome: "\(counter.count)"))
        }
    }
}

@Suite("One message to many instances")
struct FanOutTests {
    let store = MemoryStore()

    private func simulation(crashing: Bool) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.duplicates = crashing
        options.configuration.fanOutChunk = 2
        // Otherwise the commits of one message would be one.
        options.configuration.commitBatch = 1
        let work = Component("work") {
            Processes(TwoOfMany())
            Sagas(ChargeCounter.self)
        }
        return try Simulation(store: store, options: options, components: [work, till()])
    }

    private func counted(_ simulation: Simulation) throws -> [String] {
        try simulation.log().filter { $0.envelope.name == OrderClosed.name }.map {
            try PayloadCoder.json.decode(OrderClosed.self, from: $0.envelope.payload.bytes).outcome
        }
    }

    @Test(
        "resumes each of them once and is handled by a saga once, cut off anywhere", arguments: [false, true], [5, 6])
    func once(crashing: Bool, instances: Int) throws {
        let simulation = try simulation(crashing: crashing)
        for number in 1...instances { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        try simulation.publish(Charged(orderID: "o", amount: 10), as: "till")
        #expect(try simulation.results().isEmpty)
        #expect(try counted(simulation) == ["1"])
        try simulation.publish(Charged(orderID: "o", amount: 20), as: "till")
        #expect(try simulation.results() == (1...instances).map { "\($0) 10 20" })
        #expect(try counted(simulation) == ["1", "2"])
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).isEmpty, "somebody waited each time")
    }

    @Test("resumes all waits of an instance, also where a chunk would end between them", arguments: [false, true])
    func severalWaits(crashing: Bool) throws {
        struct Twice: ProcessDefinition {
            static let name = "twice"
            static func key(of start: JobRequested) -> String { start.id }
            static var correlations: [Correlation] { [Correlation(Charged.self) { _ in "any" }] }
            func run(_ start: JobRequested, _ flow: Flow) async throws {
                async let first = flow.wait(for: Charged.self, key: "any")
                async let second = flow.wait(for: Charged.self, key: "any")
                let amounts = try await [first.amount, second.amount]
                flow.publish(JobDone(id: start.id, result: "\(start.id) \(amounts)"))
            }
        }
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.configuration.fanOutChunk = 3
        // Otherwise the commits of one message would be one.
        options.configuration.commitBatch = 1
        let simulation = try Simulation(
            store: store, options: options, components: [Component("work") { Processes(Twice()) }, till()])
        for number in 1...4 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        try simulation.publish(Charged(orderID: "o", amount: 10), as: "till")
        #expect(try simulation.results() == (1...4).map { "\($0) [10, 10]" })
    }

    @Test("comes once to one that stands still, cut off anywhere", arguments: [false, true])
    func suspended(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing)
        for number in 1...5 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        let row = try store.makeReader().instance(component: "work", process: "two-of-many", key: "1")
        let id = try #require(row?.id)
        try? simulation.perform { try await $0.suspend(instance: id) }
        try simulation.publish(Charged(orderID: "o", amount: 10), as: "till")
        #expect(try store.makeReader().mailbox(of: id, limit: 9).count == 1)
        try? simulation.perform { try await $0.resume(instance: id) }
        try simulation.publish(Charged(orderID: "o", amount: 20), as: "till")
        #expect(try simulation.results().sorted() == (1...5).map { "\($0) 10 20" })
    }

    @Test("that is retried as a dead letter of one does not come to the others again", arguments: [false, true])
    func retried(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing)
        try simulation.publish(Charged(orderID: "o", amount: 10), as: "till")
        #expect(try counted(simulation) == ["1"])
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        for number in 1...7 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        try? simulation.perform { _ = try await $0.repair(incident: incident.id, .retry) }
        #expect(try counted(simulation) == ["1"])
        try simulation.publish(Charged(orderID: "o", amount: 20), as: "till")
        #expect(try simulation.results() == (1...7).map { "\($0) 10 20" })
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).isEmpty)
    }

    /// Waits for any charge, and makes charges that nobody waits for dead letters.
    private struct Expecting: ProcessDefinition {
        static let name = "expecting"
        static func key(of start: JobRequested) -> String { start.id }
        static var correlations: [Correlation] {
            [Correlation(Charged.self, unmatched: .deadLetter) { _ in "any" }]
        }
        func run(_ start: JobRequested, _ flow: Flow) async throws {
            try await flow.wait(for: Charged.self, key: "any")
            flow.publish(JobDone(id: start.id, result: start.id))
        }
    }

    /// Waits for any charge too, after those of the other process.
    private struct Trailing: ProcessDefinition {
        static let name = "trailing"
        static func key(of start: JobDone) -> String { start.id }
        static var correlations: [Correlation] { [Correlation(Charged.self) { _ in "any" }] }
        func run(_ start: JobDone, _ flow: Flow) async throws {
            while true { try await flow.wait(for: Charged.self, key: "any") }
        }
    }

    @Test("remembers over a crash that a process was found, so that nothing becomes a dead letter for it")
    func matched() throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = true
        options.configuration.fanOutChunk = 2
        // Otherwise the commits of one message would be one.
        options.configuration.commitBatch = 1
        let simulation = try Simulation(
            store: store, options: options,
            components: [Component("work") { Processes(Expecting(), Trailing()) }, till()])
        for number in 1...2 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        for number in 3...9 { try simulation.publish(JobDone(id: "\(number)", result: ""), as: "work") }
        try simulation.publish(Charged(orderID: "o", amount: 10), as: "till")
        #expect(try simulation.results().filter { !$0.isEmpty } == ["1", "2"])
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).isEmpty, "somebody of each process waited")
        try simulation.publish(Charged(orderID: "o", amount: 20), as: "till")
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).map(\.cause) == ["deadLetter"])
    }

    /// Waits under the subject of charges, though charges are matched otherwise: none is meant for it.
    private struct Astray: ProcessDefinition {
        static let name = "astray"
        static func key(of start: JobRequested) -> String { start.id }
        static var correlations: [Correlation] { [Correlation(Charged.self) { _ in "elsewhere" }] }
        func run(_ start: JobRequested, _ flow: Flow) async throws {
            try await flow.wait(for: Charged.self, key: "o")
        }
    }

    /// Waits for the charge of an order.
    private struct Ordinary: ProcessDefinition {
        static let name = "ordinary"
        static func key(of start: JobDone) -> String { start.id }
        func run(_ start: JobDone, _ flow: Flow) async throws {
            flow.publish(
                OrderClosed(orderID: "\(try await flow.wait(for: Charged.self, key: "o").amount)", outcome: ""))
        }
    }

    @Test("continues at once when no instance of a chunk takes the message")
    func idleChunk() throws {
        var options = Simulation.Options()
        options.order = .arrival
        options.configuration.fanOutChunk = 2
        let simulation = try Simulation(
            store: store, options: options, components: [Component("work") { Processes(Astray(), Ordinary()) }, till()])
        for number in 1...5 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        try simulation.publish(JobDone(id: "6", result: ""), as: "work")
        try simulation.publish(Charged(orderID: "o", amount: 10), as: "till")
        #expect(try simulation.log().last?.envelope.subject == "10")
    }
}
