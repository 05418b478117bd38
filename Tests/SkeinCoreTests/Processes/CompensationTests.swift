import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("What undoes a step")
struct CompensationTests {
    private let store = MemoryStore()

    /// Charges twice, and restarts after each charge that is not the last; then goes wrong.
    private static let charging: @Sendable (JobRequested, Flow) async throws -> String = { start, flow in
        try await flow.request(
            Charge(orderID: start.id, amount: start.id.count), expecting: Charged.self,
            undo: { Refund(orderID: "\($0.orderID)-\($0.amount)") }, confirmedBy: Refunded.self)
        try await flow.sleep(for: .hours(1))
        if start.id.count < 3 { try flow.restart(with: JobRequested(id: start.id + "a")) }
        try await flow.compensate()
        return "undone"
    }

    @Test("is a stored command, and goes along when the process begins afresh", arguments: [false, true])
    func restarting(crashing: Bool) throws {
        var options = Simulation.Options()
        (options.crashesAtEveryCommit, options.duplicates) = (crashing, crashing)
        let simulation = try simulation(options, store: store, Self.charging)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(4))
        #expect(try simulation.results() == ["undone"])
        let refunds = try simulation.log().filter { $0.envelope.name == Refund.name }.map(\.envelope.subject)
        #expect(refunds == ["aaa-3", "aa-2", "a-1"], "the last step first, each once")
    }

    @Test("is in the journal, beside the answer that completed the step")
    func journaled() throws {
        let simulation = try simulation(store: store, Self.charging)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let row = try #require(try simulation.instance(of: store))
        let first = try store.makeReader().journal(of: row.id, after: 0, limit: 9).map { try JournalEntry($0) }
        #expect(first.map { $0.operations.map(\.kind) } == [["send", "wait"], ["undo", "sleep"]])
        simulation.run(for: .hours(1))
        let again = try #require(try store.makeReader().journal(of: row.id, after: 0, limit: 1).first)
        let body = String(decoding: again.body, as: UTF8.self)
        #expect(body.contains(#"\"name\":\"till.refund\""#) && body.contains(#"a-1"#))
    }

    @Test("is what it was when the step was completed: code that would undo otherwise no longer matches the journal")
    func missing() throws {
        let before = try simulation(store: store, Self.charging)
        try before.publish(JobRequested(id: "a"), as: "work")
        let after = try simulation(store: store) { start, flow in
            try await flow.request(Charge(orderID: start.id, amount: 1), expecting: Charged.self)
            try await flow.sleep(for: .hours(1))
            return "kept"
        }
        after.run(for: .hours(1))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.cause == "journalMismatch")
        #expect(incident.error.contains("undo till.refund {"))
    }

    @Test("is what it was when the step was completed: another command of the same type does not match either")
    func changed() throws {
        let before = try simulation(store: store, Self.charging)
        try before.publish(JobRequested(id: "a"), as: "work")
        let after = try simulation(store: store) { start, flow in
            try await flow.request(
                Charge(orderID: start.id, amount: start.id.count), expecting: Charged.self,
                undo: { _ in Refund(orderID: "another") }, confirmedBy: Refunded.self)
            try await flow.sleep(for: .hours(1))
            try await flow.compensate()
            return "undone"
        }
        after.run(for: .hours(1))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.cause == "journalMismatch")
        #expect(incident.error.contains(#"{\"orderID\":\"a-1\"}"#) && incident.error.contains("another"))
        #expect(try after.log().allSatisfy { $0.envelope.name != Refund.name })
    }

    @Test("is bounded where it goes along with restarts")
    func bounded() throws {
        var options = Simulation.Options()
        options.configuration.maximumPayloadSize = 2000
        let simulation = try simulation(options, store: store) { start, flow in
            flow.onCompensation(request: Refund(orderID: start.id), expecting: Refunded.self)
            try await flow.sleep(for: .seconds(1))
            try flow.restart(with: start)
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(10))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.error.contains("what undoes the steps before a restart has a size of"))
    }

    @Test("stays with a restart that fails at first")
    func failedRestart() throws {
        let mended = Mutex(false)
        let simulation = try simulation(store: store) { start, flow in
            if start.id == "aa", !mended.withLock({ $0 }) { throw Unreachable() }
            return try await Self.charging(start, flow)
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        let row = try #require(try simulation.instance(of: store))
        #expect(row.status == .parked)
        mended.withLock { $0 = true }
        simulation.crash()
        try simulation.perform { try await $0.retry(instance: row.id) }
        simulation.run(for: .hours(4))
        let refunds = try simulation.log().filter { $0.envelope.name == Refund.name }.map(\.envelope.subject)
        #expect(refunds == ["aaa-3", "aa-2", "a-1"])
    }
}
