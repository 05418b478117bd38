import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("A deadline over several steps")
struct DeadlineTests {
    private let store = MemoryStore()

    private func simulation(
        crashing: Bool = false, live: Int = 100,
        _ body: @escaping @Sendable (JobRequested, Flow) async throws -> String
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.configuration.liveInstances = live
        let work = Component("work") { Processes(Scripted(body: body)) }
        return try Simulation(store: store, options: options, components: [work, till()])
    }

    /// What instance `a` did, entry by entry; notes are left out.
    private func journal(_ key: String = "a") throws -> [[String]] {
        let reader = try store.makeReader()
        let id = try #require(try reader.instance(component: "work", process: "scripted", key: key)?.id)
        return try reader.journal(of: id, after: 0, limit: 100).map { try JournalEntry($0) }.filter { !$0.isNote }
            .map { $0.operations.map(\.text) }
    }

    private func openRows(_ key: String = "a") throws -> Int {
        let reader = try store.makeReader()
        let id = try #require(try reader.instance(component: "work", process: "scripted", key: key)?.id)
        return try reader.waits(of: id).count + reader.timers(of: id).count + reader.activities(of: id).count
    }

    @Test("that passes cancels what is inside, and the journal says so", arguments: [false, true], [1, 100])
    func passes(crashing: Bool, live: Int) throws {
        let simulation = try simulation(crashing: crashing, live: live) { start, flow in
            var steps = 0
            let charged = try await flow.within(.minutes(10)) {
                try await flow.sleep(for: .minutes(4))
                steps += 1
                try await flow.sleep(for: .minutes(4))
                steps += 1
                return try await flow.wait(for: Charged.self, key: start.id)
            }
            try await flow.sleep(for: .hours(1))
            return "\(charged == nil) \(steps) \(flow.now)"
        }
        for key in ["a", "b", "c"] { try simulation.publish(JobRequested(id: key), as: "work") }
        simulation.run(for: .minutes(11))
        #expect(try journal().last == ["cancel till.charged (#4)", "sleep  (#5)"])
        #expect(try openRows() == 1, "only the timer of the last sleep")
        try simulation.send(Charge(orderID: "a", amount: 1))
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == Array(repeating: "true 2 2026-01-01T01:10:00Z", count: 3))
    }

    @Test("is gone when the steps have ended in time", arguments: [false, true])
    func ends(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing) { start, flow in
            let charged = try await flow.within(.minutes(10)) {
                let charged = try await flow.request(Charge(orderID: start.id, amount: 7), expecting: Charged.self)
                try await flow.sleep(for: .minutes(9))
                return charged.amount
            }
            try await flow.sleep(for: .hours(1))
            return "\(charged ?? 0) \(flow.now)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(9))
        #expect(try openRows() == 1)
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == ["7 2026-01-01T01:09:00Z"])
        #expect(try journal().flatMap { $0 }.allSatisfy { !$0.hasPrefix("cancel") })
    }

    @Test("does not last longer for steps that end without waiting")
    func immediate() throws {
        let simulation = try simulation { _, flow in
            let value = try await flow.within(.minutes(10)) { 7 }
            try await flow.sleep(for: .minutes(1))
            return "\(value ?? 0)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try openRows() == 1)
        #expect(simulation.runToEnd())
        #expect(try simulation.results() == ["7"])
    }

    @Test("gives up an activity, and what it may have done is undone", arguments: [false, true])
    func activity(crashing: Bool) throws {
        let world = World(failing: 1000)
        let undone = Ledger()
        let retry = RetryPolicy(attempts: nil, initialDelay: .minutes(1), factor: 1, jitter: 0)
        let simulation = try simulation(crashing: crashing) { _, flow in
            let seat = try await flow.within(.minutes(10)) {
                try await flow.perform(
                    "reserve", ActivityOptions(retry: retry),
                    undo: .evenUnanswered("release") { (seat: String?, activity) in
                        undone.note("\(seat ?? "unknown") \(activity.undoneKey ?? "")")
                    }
                ) { activity in
                    try world.call(activity.idempotencyKey)
                    return "seat"
                }
            }
            try await flow.compensate()
            return "\(seat == nil)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try journal() == [["within  (#1)", "undo release (#2)", "activity reserve (#3)"]])
        simulation.run(for: .days(1))
        #expect(try simulation.results() == ["true"])
        #expect(try journal()[1] == ["cancel reserve (#3)", "activity release (#4)"])
        let key = try #require(world.calls.first)
        #expect(Set(world.calls) == [key])
        #expect(crashing || world.calls.count == 10)
        #expect(Set(undone.entries) == ["unknown \(key)"])
        #expect(crashing || undone.entries.count == 1)
    }

    @Test("cancels every branch inside, and none outside", arguments: [false, true])
    func branches(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing) { _, flow in
            async let outside: Void = flow.sleep(for: .hours(2))
            let inside = try await flow.within(.hours(1)) {
                async let one = flow.wait(for: Charged.self, key: "x")
                async let two = flow.wait(for: Charged.self, key: "y")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await flow.sleep(for: .days(1)) }
                    try await group.waitForAll()
                }
                return try await one.amount + two.amount
            }
            let at = flow.now
            try await outside
            return "\(inside == nil) \(at) \(flow.now)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        #expect(try openRows() == 1)
        #expect(
            try journal().last == ["cancel till.charged (#3)", "cancel till.charged (#4)", "cancel sleep (#5)"],
            "in the order in which they were begun")
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["true 2026-01-01T01:00:00Z 2026-01-01T02:00:00Z"])
    }

    @Test("may lie within another: the one that passes first counts", arguments: [false, true], [5, 20])
    func nested(crashing: Bool, inner: Int) throws {
        let simulation = try simulation(crashing: crashing) { _, flow in
            var trail: [String] = []
            let outer: ()? = try await flow.within(.minutes(10)) {
                let inner = try await flow.within(.minutes(inner)) {
                    try await flow.wait(for: Charged.self, key: "nobody")
                }
                trail.append("inner \(inner == nil) \(flow.now)")
                try await flow.sleep(for: .hours(1))
            }
            trail.append("outer \(outer == nil) \(flow.now)")
            return trail.joined(separator: ", ")
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        let outer = "outer true 2026-01-01T00:10:00Z"
        let expected = inner == 5 ? "inner true 2026-01-01T00:05:00Z, \(outer)" : outer
        #expect(try simulation.results() == [expected])
    }

    @Test("stays where it was set when the code names another", arguments: [Duration.minutes(5), .hours(5)])
    func changed(other: Duration) throws {
        func waiting(_ limit: Duration) -> @Sendable (JobRequested, Flow) async throws -> String {
            { _, flow in
                let charged = try await flow.within(limit) { try await flow.wait(for: Charged.self, key: "x") }
                return "\(charged == nil) \(flow.now)"
            }
        }
        let first = try simulation(waiting(.hours(1)))
        try first.publish(JobRequested(id: "a"), as: "work")
        let second = try simulation(waiting(other))
        second.run(for: .hours(9))
        #expect(try second.results() == ["true 2026-01-01T01:00:00Z"])
    }

    @Test("lets code that catches its passing decide what comes of it", arguments: [false, true])
    func caught(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing) { _, flow in
            let word = try await flow.within(.minutes(10)) {
                do {
                    try await flow.sleep(for: .hours(1))
                    return "slept"
                } catch is CancellationError {
                    flow.publish(Note(text: "late, \(Task.isCancelled)"))
                    return "caught"
                }
            }
            try await flow.sleep(for: .minutes(1))
            return word ?? "nothing"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == ["caught"])
        let notes = try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject)
        #expect(notes == ["late, true"])
    }

    @Test("does not hide another error, and ends with it", arguments: [false, true])
    func businessError(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing) { _, flow in
            do {
                try await flow.within(.minutes(10)) {
                    try await flow.sleep(for: .minutes(1))
                    throw Declined(reason: "no")
                } as Void?
            } catch let error as Declined {
                try await flow.sleep(for: .minutes(1))
                return error.reason
            }
            return "nothing"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(1))
        #expect(try openRows() == 1)
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == ["no"])
    }

    @Test("is taken away when the instance is canceled, so that it ends in order", arguments: [false, true])
    func canceled(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing) { _, flow in
            _ = try await flow.within(.minutes(10)) {
                do { try await flow.sleep(for: .hours(1)) } catch let error as ProcessCanceled {
                    try await flow.sleep(for: .minutes(30))
                    flow.publish(Note(text: "in order at \(flow.now)"))
                    throw error
                }
            }
            return "not canceled"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(1))
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.operate(.cancel(instance: id, reason: "enough"))
        simulation.run(for: .hours(1))
        let notes = try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject)
        #expect(notes == ["in order at 2026-01-01T00:31:00Z"])
        #expect(try simulation.instance(of: store)?.status == .canceled)
    }

    @Test("does not cut off a compensation that has begun", arguments: [false, true])
    func compensating(crashing: Bool) throws {
        let world = World(failing: 20)
        let retry = RetryPolicy(attempts: nil, initialDelay: .minutes(1), factor: 1, jitter: 0)
        let simulation = try simulation(crashing: crashing) { start, flow in
            flow.onCompensation(request: Refund(orderID: start.id), expecting: Refunded.self)
            let undo = Undo<Void>("close", ActivityOptions(retry: retry)) { _ in try world.call("close") }
            try await flow.perform("open", undo: undo) { _ in }
            let isDone: Void? = try await flow.within(.minutes(10)) { try await flow.compensate() }
            return "\(isDone != nil) \(world.calls.count > 20)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["true true"])
        #expect(try simulation.events().filter { $0 == "till.refunded" }.count == 1)
    }

    @Test("goes with the journal when the process begins afresh inside", arguments: [false, true])
    func restarted(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing) { start, flow in
            try await flow.within(.minutes(10)) {
                try await flow.sleep(for: .minutes(1))
                if start.id.count < 3 { try flow.restart(with: JobRequested(id: start.id + "a")) }
                try await flow.sleep(for: .hours(1))
            }
            return "\(start.id) \(flow.now)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["aaa 2026-01-01T00:12:00Z"])
        #expect(try openRows() == 0)
    }
}
