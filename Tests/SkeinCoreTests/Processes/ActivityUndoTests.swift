import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("What undoes an activity")
struct ActivityUndoTests {
    private let store = MemoryStore()
    private let undone = Ledger()

    private func run(
        crashing: Bool = false, for duration: Duration = .days(1),
        _ body: @escaping @Sendable (JobRequested, Flow) async throws -> String
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options, store: store, body)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: duration)
        return simulation
    }

    @Test("an activity has a result or none, a business error or none, and undo or none, in any combination")
    func forms() throws {
        let undone = undone
        let simulation = try run { _, flow in
            let one = try await flow.perform("1") { _ in 1 }
            let two = try await flow.perform("2", throwing: Declined.self) { _ in 2 }
            let three = try await flow.perform("3", undo: Undo("-3") { (n, _) in undone.note("-\(n)") }) { _ in 3 }
            let four = try await flow.perform(
                "4", throwing: Declined.self, undo: Undo("-4") { (n, _) in undone.note("-\(n)") }
            ) { _ in 4 }
            try await flow.perform("5") { _ in }
            try await flow.perform("6", throwing: Declined.self) { _ in }
            try await flow.perform("7", undo: Undo("-7") { _ in undone.note("-7") }) { _ in }
            try await flow.perform("8", throwing: Declined.self, undo: Undo("-8") { _ in undone.note("-8") }) { _ in }
            do {
                try await flow.perform("9", throwing: Declined.self, undo: Undo("-9") { _ in undone.note("-9") }) { _ in
                    throw Declined(reason: "no")
                }
            } catch let error as Declined {
                try await flow.compensate()
                return "\(one + two + three + four) \(error.reason)"
            }
            return "not declined"
        }
        #expect(try simulation.results() == ["10 no"])
        #expect(undone.entries == ["-8", "-7", "-4", "-3"])
    }

    @Test("is in the journal before the activity begins, where it has to undo what was never answered")
    func noted() throws {
        _ = try run(for: .zero) { _, flow in
            try await flow.perform("reserve", undo: .evenUnanswered("release") { _, _ in }) { _ in }
            try await flow.sleep(for: .hours(1))
            return "done"
        }
        let id = try #require(try store.makeReader().instance(1)?.id)
        let entries = try store.makeReader().journal(of: id, after: 0, limit: 9).map { try JournalEntry($0) }
        #expect(
            entries.map { $0.operations.map(\.text) } == [
                ["undo release (#1)", "activity reserve (#2)"], ["sleep  (#3)"],
            ])
    }

    @Test("is done for an activity whose retries have ended", arguments: [false, true])
    func exhausted(crashing: Bool) throws {
        let (world, undone) = (World(failing: 1000), undone)
        let options = ActivityOptions(retry: RetryPolicy(attempts: 3, jitter: 0), onExhaustion: .throw)
        let simulation = try run(crashing: crashing) { _, flow in
            do {
                try await flow.perform(
                    "reserve", options,
                    undo: .evenUnanswered("release") { (done: Void?, activity) in
                        undone.note("\(done == nil) \(activity.undoneKey ?? "")")
                    }
                ) { activity in try world.call(activity.idempotencyKey) }
            } catch is ActivityExhausted {
                try await flow.compensate()
                return "undone"
            }
            return "reserved"
        }
        #expect(try simulation.results() == ["undone"])
        #expect(Set(undone.entries) == ["true \(try #require(world.calls.first))"])
    }

    @Test("gets the result where there is one", arguments: [false, true])
    func answered(crashing: Bool) throws {
        let undone = undone
        let simulation = try run(crashing: crashing) { _, flow in
            let seat = try await flow.perform(
                "reserve", undo: .evenUnanswered("release") { (seat: String?, _) in undone.note(seat ?? "unknown") }
            ) { _ in "seat 7" }
            try await flow.sleep(for: .hours(1))
            try await flow.compensate()
            return seat
        }
        #expect(try simulation.results() == ["seat 7"])
        #expect(Set(undone.entries) == ["seat 7"])
    }

    @Test("is not done after a business error, which says that there is nothing to undo", arguments: [false, true])
    func declined(crashing: Bool) throws {
        let undone = undone
        let simulation = try run(crashing: crashing) { start, flow in
            flow.onCompensation(request: Refund(orderID: start.id), expecting: Refunded.self)
            do {
                try await flow.perform(
                    "reserve", throwing: Declined.self,
                    undo: .evenUnanswered("release") { _, _ in undone.note("release") }
                ) { _ in throw Declined(reason: "sold out") }
            } catch let error as Declined {
                try await flow.compensate()
                return error.reason
            }
            return "reserved"
        }
        #expect(try simulation.results() == ["sold out"])
        #expect(undone.entries.isEmpty)
        #expect(try simulation.events().filter { $0 == "till.refunded" }.count == 1)
    }

    @Test("is done when the instance is canceled before the answer", arguments: [false, true])
    func canceled(crashing: Bool) throws {
        let (world, undone) = (World(failing: 1000), undone)
        let retry = RetryPolicy(attempts: nil, initialDelay: .minutes(1), factor: 1, jitter: 0)
        let simulation = try run(crashing: crashing, for: .minutes(5)) { _, flow in
            try await flow.perform(
                "reserve", ActivityOptions(retry: retry),
                undo: .evenUnanswered("release") { _, activity in undone.note(activity.undoneKey ?? "none") }
            ) { activity in try world.call(activity.idempotencyKey) }
            return "reserved"
        }
        #expect(undone.entries.isEmpty)
        try simulation.operate(.cancel(instance: 1, reason: "enough"))
        simulation.run(for: .hours(1))
        #expect(try store.makeReader().instance(1)?.status == .canceled)
        #expect(Set(undone.entries) == [try #require(world.calls.first)])
    }

    @Test(
        "a command to undo a step may be noted before the step, for an answer that never comes",
        arguments: [false, true])
    func command(crashing: Bool) throws {
        let simulation = try run(crashing: crashing) { start, flow in
            flow.onCompensation(request: Refund(orderID: start.id), expecting: Refunded.self)
            let charge = Charge(orderID: start.id, amount: 1)
            let refunded = try await flow.request(charge, expecting: Refunded.self, until: .minutes(5))
            try await flow.compensate()
            return "\(refunded == nil)"
        }
        #expect(try simulation.results() == ["true"])
        #expect(try simulation.messages().suffix(3) == ["till.refund", "till.refunded", "work.jobDone"])
    }
}
