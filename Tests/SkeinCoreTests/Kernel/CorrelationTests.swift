import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// Waits for a charge of an order after an hour.
struct LateListener: ProcessDefinition {
    static let name = "late-listener"
    static func key(of start: JobRequested) -> String { start.id }
    static var correlations: [Correlation] {
        [
            Correlation(Charged.self, unmatched: .buffer(for: .hours(2)), by: \.orderID),
            Correlation(Refunded.self, unmatched: .deadLetter, by: \.orderID),
        ]
    }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        try await flow.sleep(for: .hours(1))
        let charged = try await flow.wait(for: Charged.self, key: start.id, until: .hours(1))
        flow.publish(JobDone(id: start.id, result: charged.map { "\($0.amount)" } ?? "nothing"))
    }
}

/// Two steps that send the same command for the same order.
struct TwoCharges: ProcessDefinition {
    static let name = "two-charges"
    static func key(of start: JobRequested) -> String { start.id }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        async let first = flow.request(Charge(orderID: start.id, amount: 1), expecting: Charged.self)
        async let second = flow.request(Charge(orderID: start.id, amount: 2), expecting: Charged.self)
        let amounts = try await [first.amount, second.amount]
        flow.publish(JobDone(id: start.id, result: "\(amounts)"))
    }
}

@Suite("Correlation")
struct CorrelationTests {
    let store = MemoryStore()

    func work<Definition: ProcessDefinition>(_ definition: Definition, crashing: Bool = false) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.duplicates = crashing
        return try Simulation(
            store: store, options: options, components: [Component("work") { Processes(definition) }, till()])
    }

    @Test("a message that somebody should have waited for becomes a dead letter, visibly")
    func deadLetter() throws {
        let simulation = try work(LateListener())
        try simulation.send(Refund(orderID: "x"))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 10).first)
        #expect(incident.kind == "message")
        #expect(incident.error.contains("no instance of 'late-listener' waits for 'till.refunded'"))
    }

    @Test("answers are matched by causation, so equal keys do not confuse them", arguments: [false, true])
    func causation(crashing: Bool) throws {
        let simulation = try work(TwoCharges(), crashing: crashing)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try simulation.results() == ["[1, 2]"])
    }

    @Test("the wait for an answer and the command that provokes it are one commit")
    func waitBeforeCommand() throws {
        let waits = Ledger()
        let store = store
        store.onCommit { batch, _ in
            for unit in batch.units where unit.appends.contains(where: { $0.envelope.name == Charge.name }) {
                let hasWait = unit.writes.contains { if case .putWait = $0 { true } else { false } }
                waits.note("\(hasWait)")
            }
        }
        let simulation = try work(TwoCharges())
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(waits.entries == ["true"])
    }

    @Test("a step costs one journal row, and the rows of what it starts and ends; nothing else")
    func budget() throws {
        struct Steps: ProcessDefinition {
            static let name = "steps"
            static func key(of start: JobRequested) -> String { start.id }
            func run(_ start: JobRequested, _ flow: Flow) async throws {
                for step in 1...3 { _ = try await flow.perform("step \(step)") { _ in step } }
            }
        }
        let rows = Ledger()
        let bytes = Ledger()
        let simulation = try work(Steps())
        store.onCommit { batch, _ in
            for write in batch.units.flatMap(\.writes) {
                rows.note("\(write)".prefix { $0 != "(" }.description)
                if case .appendJournal(let row) = write { bytes.note("\(row.body.count)") }
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(rows.entries.count == 12)
        #expect(
            Dictionary(grouping: rows.entries, by: \.self).mapValues(\.count) == [
                "putInstance": 2, "appendJournal": 4, "putActivity": 3, "removeActivity": 3,
            ])
        let largest = try #require(bytes.entries.compactMap { Int($0) }.max())
        #expect(largest <= 200)
    }
}
