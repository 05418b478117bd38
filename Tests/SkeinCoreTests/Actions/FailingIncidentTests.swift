import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("A failure that is retried for long")
struct FailingIncidentTests {
    /// What fails: a handler, or an activity of a process.
    enum Part: CaseIterable { case handler, activity }

    private let store = MemoryStore()
    private let outside = Outside()
    private let start = Simulation.Options().start

    private func component(_ part: Part, retry: RetryPolicy = RetryPolicy(jitter: 0)) -> Component {
        let outside = outside
        return Component("work") {
            if part == .handler {
                Handle(JobRequested.self) { job, _ in try outside.use(job.id) }.retry(retry)
            } else {
                Processes(
                    Scripted { job, flow in
                        try await flow.perform("call", ActivityOptions(retry: retry)) { _ in try outside.use(job.id) }
                        return job.id
                    })
            }
        }
    }

    private func simulation(_ part: Part, crashing: Bool = false, retry: RetryPolicy = RetryPolicy(jitter: 0)) throws
        -> Simulation
    {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        return try Simulation(store: store, options: options, components: [component(part, retry: retry)])
    }

    private func only() throws -> IncidentRow { try #require(try store.makeReader().incident(1)) }

    private var count: IncidentID { get throws { try store.makeReader().highWater().incident } }

    @Test(
        "survives an outage of an hour, and one incident says since when and when the next attempt is",
        arguments: Part.allCases, [false, true])
    func outage(part: Part, crashing: Bool) throws {
        let simulation = try simulation(part, crashing: crashing)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .seconds(100))
        #expect(try count == 0, "it has not failed for two minutes")
        var planned: Set<Timestamp> = []
        for _ in 1...11 {
            simulation.run(for: .minutes(5))
            let incident = try only()
            #expect(incident.resolvedAt == nil && incident.error == "Broken()")
            let failingSince = try #require(incident.failingSince)
            #expect(failingSince.since(start) < .seconds(1))
            let next = try #require(incident.nextAttempt)
            #expect(next > simulation.clock.now && next.since(simulation.clock.now) <= .minutes(10))
            planned.insert(next)
        }
        #expect(planned.count >= 5, "it is brought up to date with each attempt")
        #expect(try only().at.since(start) < .minutes(4))
        outside.mend()
        simulation.run(for: .minutes(10))
        #expect(outside.ledger.entries.first == "a")
        #expect(try count == 1)
        #expect(try only().resolution == "recovered")
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("needs a person when its retries end, and the same incident says so", arguments: Part.allCases)
    func over(part: Part) throws {
        let retry = RetryPolicy(
            within: .minutes(10), initialDelay: .minutes(1), factor: 1, maximumDelay: .minutes(1), jitter: 0)
        let simulation = try simulation(part, retry: retry)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(9))
        #expect(try only().nextAttempt == start.advanced(by: .minutes(10)))
        simulation.run(for: .hours(1))
        #expect(try count == 1)
        #expect(try only().nextAttempt == nil && only().resolvedAt == nil)
        #expect(try only().failingSince == start)
        outside.mend()
        simulation.run(for: .hours(1))
        #expect(outside.ledger.entries.isEmpty)
        try simulation.operate(.retry(incident: 1))
        #expect(outside.ledger.entries == ["a"])
        #expect(try only().resolution == "retried")
    }

    @Test("needs a person at once when the error is permanent", arguments: Part.allCases)
    func permanent(part: Part) throws {
        struct Hopeless: DispositionedError { var disposition: Disposition { .permanent } }
        let component = Component("work") {
            if part == .handler {
                Handle(JobRequested.self) { _, _ in throw Hopeless() }
            } else {
                Processes(Scripted { _, flow in try await flow.perform("call") { _ in throw Hopeless() } })
            }
        }
        let simulation = try Simulation(store: store, components: [component])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try only().nextAttempt == nil && only().failingSince == start)
    }

    @Test("is tried at once when an operator says so, before and after its retries end", arguments: Part.allCases)
    func retriedAtOnce(part: Part) throws {
        let simulation = try simulation(part)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(30))
        #expect(try only().nextAttempt.map { $0 > simulation.clock.now } == true)
        try simulation.operate(.retry(incident: 1))
        #expect(try only().resolution == "retried")
        #expect(outside.ledger.entries.isEmpty)
        outside.mend()
        simulation.run(for: .minutes(10))
        #expect(outside.ledger.entries == ["a"])
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("resolves its incident when the process has modelled another way", arguments: [false, true])
    func anotherWay(isRace: Bool) throws {
        let outside = outside
        let simulation = try SkeinCoreTests.simulation(store: store) { job, flow in
            let retry = RetryPolicy(
                within: isRace ? .days(1) : .minutes(10), initialDelay: .minutes(1), factor: 1, jitter: 0)
            let options = ActivityOptions(retry: retry, onExhaustion: .throw)
            guard isRace else {
                do {
                    try await flow.perform("call", options) { _ in try outside.use(job.id) }
                } catch is ActivityExhausted {}
                return "another way"
            }
            return try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask {
                    try await flow.perform("call", options) { _ in try outside.use(job.id) }
                    return "called"
                }
                group.addTask {
                    try await flow.sleep(for: .minutes(10))
                    return "another way"
                }
                defer { group.cancelAll() }
                return try await group.next() ?? "none"
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(5))
        #expect(try only().resolvedAt == nil && only().nextAttempt != nil)
        simulation.run(for: .minutes(10))
        #expect(try simulation.results() == ["another way"])
        #expect(try only().resolution == (isRace ? "canceled" : "exhausted"))
        #expect(try count == 1)
    }

    @Test("counts the time of each message from its own first failure")
    func behind() throws {
        let calls = Ledger()
        let broken = Mutex<Set<Int>>([1, 2])
        let retry = RetryPolicy(within: .minutes(10), initialDelay: .minutes(1), factor: 1, jitter: 0)
        let work = Component("work") {
            Handle(Tick.self) { tick, _ in
                if broken.withLock({ $0.contains(tick.number) }) { throw Unreachable() }
                calls.note("\(tick.number)")
            }.retry(retry)
        }
        let simulation = try Simulation(store: store, components: [work])
        for number in 1...2 { try simulation.publish(Tick(key: "a", number: number), as: "clock") }
        simulation.run(for: .minutes(8))
        _ = broken.withLock { $0.remove(1) }
        simulation.run(for: .minutes(6))
        #expect(calls.entries == ["1"])
        _ = broken.withLock { $0.remove(2) }
        simulation.run(for: .minutes(2))
        #expect(calls.entries == ["1", "2"], "fourteen minutes after it was parked, six after it failed first")
        #expect(try store.openIncidents().isEmpty)
    }
}

@Suite("An operator's action on a message that is being tried")
struct HeldKeyTests {
    private let store = MemoryStore()
    private let calls = Ledger()
    private let gate = Gate()
    /// Whether the attempt that waits at the gate succeeds.
    private let succeeds = Mutexed(false)

    /// A message has failed for some minutes, another waits behind it, and an attempt stands at the gate.
    private func simulation() throws -> Simulation {
        let (calls, gate, succeeds) = (calls, gate, succeeds)
        let work = Component("work") {
            Handle(Tick.self) { tick, context in
                calls.note("\(tick.number) #\(context.attempt)")
                guard tick.number == 1 else { return }
                if context.attempt == 6 {
                    await gate.wait()
                    if succeeds.value { return }
                }
                throw Unreachable()
            }.retry(RetryPolicy(initialDelay: .minutes(1), factor: 1, jitter: 0)).timeout(.hours(1))
        }
        let simulation = try Simulation(store: store, components: [work])
        for number in 1...2 { try simulation.publish(Tick(key: "a", number: number), as: "clock") }
        simulation.run(for: .minutes(5))
        #expect(calls.entries == (1...6).map { "1 #\($0)" })
        #expect(try store.openIncidents().count == 1)
        return simulation
    }

    /// Begins the action, lets the attempt end, and returns the error of the action.
    private func act(_ action: OperatorAction, in simulation: Simulation) throws -> String {
        let answer = Mutexed<String?>(nil)
        try simulation.begin { runtime in
            do {
                answer.value = try await "\(runtime.perform(action).changes.map(\.outcome))"
            } catch {
                answer.value = "\(error)"
            }
        }
        #expect(answer.value == nil, "it waits for the attempt")
        #expect(try store.openIncidents().count == 1)
        gate.open()
        simulation.run(for: .seconds(1))
        return try #require(answer.value)
    }

    @Test("is carried out after the attempt has failed, and the key continues")
    func skipped() throws {
        let simulation = try simulation()
        #expect(try act(.skip(incident: 1), in: simulation) == #"["skipped"]"#)
        #expect(calls.entries.suffix(2) == ["1 #6", "2 #1"])
        simulation.run(for: .hours(1))
        #expect(calls.entries.count == 7)
        #expect(try store.openIncidents().isEmpty)
        #expect(try store.makeReader().parkedHeads(subscription: "work/handlers", after: nil, limit: 9).isEmpty)
    }

    @Test("is refused when the attempt succeeds, and the key continues")
    func recovered() throws {
        let simulation = try simulation()
        succeeds.value = true
        let answer = try act(.skip(incident: 1), in: simulation)
        #expect(answer.hasPrefix("incident 1 is resolved already: it was recovered at"))
        #expect(calls.entries.suffix(2) == ["1 #6", "2 #1"])
        #expect(try store.makeReader().parkedHeads(subscription: "work/handlers", after: nil, limit: 9).isEmpty)
    }

    @Test("is refused, and changes nothing, when the attempt takes too long")
    func refused() throws {
        let simulation = try simulation()
        let answer = Mutexed<String?>(nil)
        try simulation.begin { runtime in
            do { _ = try await runtime.perform(.skip(incident: 1)) } catch { answer.value = "\(error)" }
        }
        simulation.run(for: .seconds(10))
        #expect(answer.value?.hasPrefix("the message of incident 1 is being tried at this moment; act again") == true)
        gate.open()
        simulation.run(for: .minutes(2))
        #expect(calls.entries.suffix(3) == ["1 #6", "1 #7", "1 #8"])
        try simulation.operate(.skip(incident: 1))
        #expect(calls.entries.last == "2 #1")
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("of two operators is carried out once")
    func both() throws {
        let simulation = try simulation()
        let answers = Ledger()
        for action in [OperatorAction.retry(incident: 1), .skip(incident: 1)] {
            try simulation.begin { runtime in
                do {
                    answers.note(try await "\(runtime.perform(action).changes.map(\.outcome))")
                } catch {
                    answers.note("\(error)")
                }
            }
        }
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(answers.entries.count == 2 && answers.entries.contains(#"["retried"]"#))
        #expect(answers.entries.contains { $0.hasPrefix("incident 1 is resolved already: it was retried at") })
        #expect(calls.entries.last == "1 #1")
    }
}
