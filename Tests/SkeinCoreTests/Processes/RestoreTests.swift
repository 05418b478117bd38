import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("An instance that is brought back to life")
struct RestoreTests {
    let store = MemoryStore()

    /// Opens the store again, as it was left, with other code for the process and a later clock.
    private func reopened(
        after duration: Duration = .zero,
        _ body: @escaping @Sendable (JobRequested, Flow) async throws -> String
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.start = options.start.advanced(by: duration)
        return try simulation(options, store: store, body)
    }

    private func waiting(
        for key: String = "x", within duration: Duration
    ) -> @Sendable (JobRequested, Flow) async throws -> String {
        { _, flow in
            let charged = try await flow.wait(for: Charged.self, key: key, until: duration)
            return charged.map { "\($0.amount)" } ?? "nothing after \(flow.now)"
        }
    }

    @Test("waits as long as was stored, whatever its code says now", arguments: [Duration.minutes(30), .hours(2)])
    func changedDuration(other: Duration) throws {
        let first = try reopened(waiting(within: .hours(1)))
        try first.publish(JobRequested(id: "a"), as: "work")
        let second = try reopened(waiting(within: other))
        second.run(for: .hours(1))
        #expect(try second.results() == ["nothing after 2026-01-01T01:00:00Z"])
        second.run(for: .hours(3))
        let id = try #require(try second.instance(of: store)?.id)
        #expect(try second.results().count == 1)
        #expect(try store.makeReader().timers(of: id).isEmpty)
    }

    @Test("is parked when its code waits for another key, with both side by side")
    func changedKey() throws {
        let first = try reopened(waiting(for: "x", within: .hours(1)))
        try first.publish(JobRequested(id: "a"), as: "work")
        let second = try reopened(waiting(for: "y", within: .hours(1)))
        second.run(for: .hours(1))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.cause == "journalMismatch")
        #expect(incident.error.contains("recorded:  wait till.charged for 'x' (#1)"))
        #expect(incident.error.contains("attempted: wait till.charged for 'y' (#1)"))
    }

    @Test("reminds once for all reminders that were missed")
    func missedReminders() throws {
        let body: @Sendable (JobRequested, Flow) async throws -> String = { _, flow in
            let charged = try await flow.wait(until: .days(14), reminding: .every(.minutes(1))) {
                On(Charged.self, for: "x")
            } onReminder: {
                flow.publish(JobDone(id: "a", result: "reminder"))
            }
            return charged == nil ? "nothing" : "charged"
        }
        let first = try reopened(body)
        try first.publish(JobRequested(id: "a"), as: "work")
        let second = try reopened(after: .days(1) + .seconds(30), body)
        #expect(try second.results() == ["reminder"])
        second.run(for: .seconds(30))
        #expect(try second.results() == ["reminder", "reminder"], "the next is due when it would have been")
    }

    @Test("reminds at the occurrences of a repetition, over restarts", arguments: [false, true])
    func repetition(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options, store: store) { _, flow in
            let repetition = try ISO8601Repetition(validating: "R3/PT1H")
            let charged = try await flow.wait(until: .days(1), reminding: .every(repetition)) {
                On(Charged.self, for: "x")
            } onReminder: {
                flow.publish(JobDone(id: "a", result: "reminder \(flow.now)"))
            }
            return charged == nil ? "nothing" : "charged"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(90))
        simulation.crash()
        simulation.run(for: .days(1))
        #expect(
            try simulation.results() == (1...3).map { "reminder 2026-01-01T0\($0):00:00Z" } + ["nothing"])
    }

    @Test("tells two waits for one type apart by their keys", arguments: [false, true])
    func twoKeys(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options, store: store) { _, flow in
            let first = try await flow.wait(until: .hours(1)) {
                On(Charged.self, for: "x") { "first \($0.orderID)" }
                On(Charged.self, for: "y") { "second \($0.orderID)" }
            }
            try await flow.sleep(for: .hours(1))
            return first ?? "none"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.publish(Charged(orderID: "y", amount: 1), as: "till")
        simulation.crash()
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["second y"])
    }

    @Test("has the attributes that were set last, also none")
    func attributes() throws {
        let simulation = try simulation(store: store) { _, flow in
            flow.set("order", to: "4711")
            try await flow.sleep(for: .hours(1))
            flow.set("order", to: nil)
            try await flow.sleep(for: .hours(1))
            return "done"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try simulation.instance(of: store)?.attributes != nil)
        simulation.run(for: .hours(1))
        #expect(try simulation.instance(of: store)?.attributes == nil)
    }

    @Test("is undone as a whole when the store cannot be read in the middle of a reaction")
    func failedRead() throws {
        for number in 1...12 {
            let store = MemoryStore()
            let work = Component("work") { Processes(LateListener(), Scripted { _, _ in "done" }) }
            let simulation = try Simulation(store: store, components: [work, till()])
            store.failReads(from: number)
            try? simulation.publish(JobRequested(id: "a"), as: "work")
            try? simulation.send(Charge(orderID: "b", amount: 1))
            store.failReads(from: nil)
            let reader = try store.makeReader()
            let names = ["late-listener", "scripted"]
            let found = try names.map { try reader.instance(component: "work", process: $0, key: "a") != nil }
            #expect(found == [true, true] || found == [false, false], "a read failed: the \(number)th")
            let after = try Simulation(store: store, components: [work, till()])
            #expect(try after.results().count == 1, "the restart finds it, with the \(number)th read failed")
        }
    }

    @Test("an entity whose code has forgotten part of its history is parked, not emptied")
    func forgottenHistory() throws {
        let before = try Simulation(store: store, components: [Component("safe") { Entities(OldSafe.self) }])
        try before.send(PutIn(safe: "s", cents: 5))
        let after = try Simulation(store: store, components: [Component("safe") { Entities(NewSafe.self) }])
        try after.send(PutIn(safe: "s", cents: 7))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.cause == "unreadable")
        #expect(incident.error.contains("'safe.filled' in version 1.0.0, and its code folds only 2.0.0"))
    }
}

struct PutIn: Command {
    static let name: MessageName = "safe.putIn"
    var safe: String
    var cents: Int
    var subject: String? { safe }
}

struct Filled: Event {
    static let name: MessageName = "safe.filled"
    var cents: Int
}

struct FilledAnew: Event {
    static let name: MessageName = "safe.filled"
    static let version: SchemaVersion = "2.0.0"
    var cents: Int
}

struct OldSafe: Entity {
    static let name = "safe"
    var cents = 0
    static var behavior: EntityBehavior<OldSafe> {
        Decide(PutIn.self, by: \.safe) { _, put in [Filled(cents: put.cents)] }
        Evolve(Filled.self) { safe, filled in safe.cents += filled.cents }
    }
}

struct NewSafe: Entity {
    static let name = "safe"
    var cents = 0
    static var behavior: EntityBehavior<NewSafe> {
        Decide(PutIn.self, by: \.safe) { _, put in [FilledAnew(cents: put.cents)] }
        Evolve(FilledAnew.self) { safe, filled in safe.cents += filled.cents }
    }
}
