import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

struct DetailsUpdated: Event {
    static let name: MessageName = "till.detailsUpdated"
    var account: String
}

/// Waits for an update of an account, with reminders.
struct Waiting: ProcessDefinition {
    static let name = "waiting"
    static func key(of start: JobRequested) -> String { start.id }
    static var correlations: [Correlation] { [Correlation(DetailsUpdated.self, by: \.account)] }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        let account = String(start.id.prefix(1))
        let update = try await flow.wait(until: .days(14), reminding: .every(.days(2))) {
            On(DetailsUpdated.self, for: account)
        } onReminder: {
            flow.send(Charge(orderID: "reminder", amount: 0))
        }
        flow.publish(JobDone(id: start.id, result: update == nil ? "timeout" : "updated"))
    }
}

@Suite("Branches, races and waits")
struct BranchTests {
    @Test("parallel branches run at once and join in one order", arguments: [false, true])
    func branches(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { _, flow in
            async let left = flow.perform("left") { _ in "l" }
            async let right = flow.perform("right") { _ in "r" }
            async let nap: Void = flow.sleep(for: .hours(1))
            let both = try await left + right
            try await nap
            return both
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["lr"])
        #expect(simulation.elapsed == .hours(1))
    }

    @Test("a task group works through its branches", arguments: [false, true])
    func group(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { _, flow in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...5 {
                    group.addTask {
                        try await flow.sleep(for: .minutes(10 - number))
                        return try await flow.perform("square \(number)") { _ in number * number }
                    }
                }
                var sum = ""
                for try await square in group { sum += "\(square) " }
                return sum
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["25 16 9 4 1 "])
    }

    @Test("the loser of a race is withdrawn from the store", arguments: [false, true])
    func race(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let store = MemoryStore()
        let simulation = try simulation(options, store: store) { _, flow in
            let winner = try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask {
                    try await flow.sleep(for: .days(1))
                    return "clock"
                }
                group.addTask {
                    try await flow.wait(for: Charged.self, key: "a")
                    return "message"
                }
                let first = try await group.next() ?? ""
                group.cancelAll()
                return first
            }
            try await flow.sleep(for: .hours(1))
            return winner
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.send(Charge(orderID: "a", amount: 1))
        let id = try #require(try simulation.instance(of: store)?.id)
        #expect(try store.makeReader().waits(of: id).isEmpty)
        #expect(try store.makeReader().timers(of: id).map(\.purpose) == ["sleep"])
        simulation.run(for: .days(2))
        #expect(try simulation.results() == ["message"])
    }

    @Test("an async let that nobody awaits is canceled, journaled, and does not hang")
    func abandonedBranch() throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            async let never = flow.wait(for: Charged.self, key: "nobody")
            let done = try await flow.perform("work") { _ in "done" }
            if done == "never" { _ = try await never }
            return done
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try simulation.results() == ["done"])
        let id = try #require(try simulation.instance(of: store)?.id)
        let entries = try store.makeReader().journal(of: id, after: 0, limit: 10).map { try JournalEntry($0) }
        #expect(entries.last?.operations.map(\.kind) == ["cancel", "publish"])
        #expect(try store.makeReader().waits(of: id).isEmpty)
    }

    @Test(
        "one message resumes all who wait for its key, others not; reminders stop with the wait",
        arguments: [false, true])
    func fanOut(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.configuration.fanOutChunk = 3
        // Otherwise the commits of one message would be one.
        options.configuration.commitBatch = 1
        let store = MemoryStore()
        let simulation = try Simulation(
            store: store, options: options,
            components: [Component("work") { Processes(Waiting()) }, till()])
        for number in 0..<10 { try simulation.publish(JobRequested(id: "k\(number)"), as: "work") }
        try simulation.publish(JobRequested(id: "m0"), as: "work")
        simulation.run(for: .days(5))
        #expect(try simulation.messages().filter { $0 == "till.charge" }.count == 22)
        try simulation.publish(DetailsUpdated(account: "k"), as: "till")
        #expect(try simulation.results() == Array(repeating: "updated", count: 10))
        simulation.run(for: .days(20))
        #expect(try simulation.results().suffix(1) == ["timeout"])
        #expect(try simulation.messages().filter { $0 == "till.charge" }.count == 22 + 4)
    }

    @Test("reminders fall on days 2 to 12, and on day 14 the timeout wins")
    func reminders() throws {
        let simulation = try Simulation(
            store: MemoryStore(), components: [Component("work") { Processes(Waiting()) }, till()])
        try simulation.publish(JobRequested(id: "k"), as: "work")
        simulation.runToEnd()
        let start = Simulation.Options().start
        let days = try simulation.log().filter { $0.envelope.name == Charge.name }.map {
            $0.envelope.time.since(start).components.seconds / 86_400
        }
        #expect(days == [2, 4, 6, 8, 10, 12])
        #expect(try simulation.results() == ["timeout"])
        #expect(simulation.elapsed == .days(14))
    }
}
