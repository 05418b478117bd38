import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

/// An error that says when to try again.
struct Later: DispositionedError {
    var after: Duration
    var disposition: Disposition { .retry(after: after) }
}

@Suite("A retry policy")
struct RetryPolicyTests {
    let store = MemoryStore()

    /// When each attempt of a handler that fails is made, in seconds since the first one.
    private func attempts(
        _ policy: RetryPolicy, seed: UInt64 = 1, within duration: Duration = .hours(1),
        failingWith error: any Error = Unreachable()
    ) throws -> [Duration] {
        var options = Simulation.Options()
        options.seed = seed
        let times = Ledger()
        let notes = Component("notes") {
            Handle(Tick.self) { _, context in
                times.note("\(context.now.microseconds)")
                throw error
            }.retry(policy)
        }
        let simulation = try Simulation(store: MemoryStore(), options: options, components: [notes])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        simulation.run(for: duration)
        return times.entries.compactMap { Int64($0) }.map { .microseconds($0 - options.start.microseconds) }
    }

    @Test("without jitter waits longer each time by its factor, and never longer than its longest delay")
    func backOff() throws {
        let policy = RetryPolicy(
            attempts: 7, initialDelay: .seconds(1), factor: 2, maximumDelay: .seconds(10), jitter: 0)
        let delays = (1...7).map { policy.delay(afterAttempt: $0, random: .max) }
        #expect(delays == [1, 2, 4, 8, 10, 10].map { .seconds($0) } + [nil])
        #expect(try attempts(policy) == [0, 1, 3, 7, 15, 25, 35].map { .seconds($0) })
    }

    @Test("has a longest delay also where that is shorter than the first one, and after any number of attempts")
    func capped() {
        let short = RetryPolicy(attempts: nil, initialDelay: .minutes(1), maximumDelay: .seconds(5), jitter: 0)
        #expect(short.delay(afterAttempt: 1, random: 0) == .seconds(5))
        let steep = RetryPolicy(attempts: nil, initialDelay: .seconds(1), factor: 1e6, jitter: 0)
        for attempt in [1, 2, 3, 1000, 100_000] {
            let delay = steep.delay(afterAttempt: attempt, random: 0)
            #expect(delay == (attempt == 1 ? .seconds(1) : .minutes(10)))
        }
    }

    @Test("plans no attempt after its time limit, counted from the first failed attempt")
    func time() throws {
        let policy = RetryPolicy(within: .minutes(10), initialDelay: .minutes(4), factor: 1, jitter: 0)
        #expect(policy.delay(afterAttempt: 1, failingFor: .minutes(6), random: 0) == .minutes(4))
        #expect(policy.delay(afterAttempt: 1, failingFor: .minutes(6) + .microseconds(1), random: 0) == nil)
        #expect(try attempts(policy) == [0, 4, 8].map { .minutes($0) })
        #expect(policy.delay(afterAttempt: 1, failingFor: .zero, asked: .minutes(11), random: 0) == nil)
    }

    @Test("ends by time or by attempts, whichever comes first")
    func both() throws {
        for (count, time, expected) in [(3, 10, [0, 1, 2]), (9, 2, [0, 1, 2]), (9, 3, [0, 1, 2, 3])] {
            let policy = RetryPolicy(
                attempts: count, within: .minutes(time), initialDelay: .minutes(1), factor: 1, jitter: 0)
            #expect(try attempts(policy) == expected.map { .minutes($0) })
        }
    }

    @Test("lasts a day by default, with ten minutes between attempts")
    func standard() throws {
        let times = try attempts(RetryPolicy(jitter: 0), within: .days(3))
        let last = try #require(times.last)
        #expect(last > .hours(23) && last <= .days(1))
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 <= .minutes(10) })
    }

    @Test("has no time limit without one, and none with only a number of attempts")
    func endless() throws {
        let delay = Duration.days(7)
        let forEver = RetryPolicy(within: nil, initialDelay: delay, factor: 1, maximumDelay: delay, jitter: 0)
        #expect(try attempts(forEver, within: .days(700)).count == 101)
        let four = RetryPolicy(attempts: 4, initialDelay: delay, factor: 1, maximumDelay: delay, jitter: 0)
        #expect(try attempts(four, within: .days(700)) == [0, 7, 14, 21].map { .days($0) })
    }

    @Test("is wrong when its time ends before the second attempt")
    func tooShort() {
        let wrong = RetryPolicy(initialDelay: .days(7), maximumDelay: .days(7))
        #expect(
            wrong.problem
                == "the first delay, P7D, is longer than the time in which attempts are made (within: P1D), so that "
                + "there would be only one")
        #expect(RetryPolicy(initialDelay: .days(7)).problem == nil, "its longest delay is ten minutes")
        #expect(RetryPolicy.never.problem == nil)
    }

    @Test("takes no more off a delay than its jitter allows, and all of that is used")
    func jitterBounds() {
        forAll { random in
            let jitter = Double.random(in: 0...1, using: &random)
            let delay = Duration.milliseconds(Int.random(in: 1...1_000_000, using: &random))
            let policy = RetryPolicy(
                attempts: nil, initialDelay: delay, maximumDelay: .days(1), jitter: jitter)
            let shortest = delay * (1 - jitter)
            let drawn = try #require(policy.delay(afterAttempt: 1, random: random.next()))
            try #require(drawn <= delay && drawn >= shortest - .microseconds(1), "\(drawn) of \(delay), \(jitter)")
            #expect(policy.delay(afterAttempt: 1, random: 0) == delay)
            let least = try #require(policy.delay(afterAttempt: 1, random: .max))
            try #require(least <= shortest + .microseconds(1), "\(least) of \(delay), \(jitter)")
        }
    }

    @Test("draws its jitter from the runtime's randomness")
    func jitterSource() throws {
        let policy = RetryPolicy(attempts: 6, initialDelay: .seconds(1), factor: 1, jitter: 0.5)
        let first = try attempts(policy, seed: 7)
        #expect(try attempts(policy, seed: 7) == first)
        #expect(try attempts(policy, seed: 8) != first)
        let gaps = zip(first, first.dropFirst()).map { $1 - $0 }
        #expect(gaps.count == 5 && Set(gaps).count == 5, "each delay is drawn anew")
        #expect(gaps.allSatisfy { (.milliseconds(500) ... .seconds(1)).contains($0) })
    }

    @Test(
        "keeps a message in memory for half a minute of retrying, and not for an instant longer",
        arguments: [(Duration.seconds(30), false), (.seconds(30) + .microseconds(1), true)])
    func boundary(delay: Duration, isParked: Bool) throws {
        let world = World(failing: 1)
        let notes = Component("notes") {
            Handle(Tick.self) { _, context in try world.call("\(context.attempt)") }
                .retry(RetryPolicy(initialDelay: delay, factor: 1, jitter: 0))
        }
        let simulation = try Simulation(store: store, components: [notes])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        let rows = try store.makeReader().parked(subscription: "notes/handlers", key: "a", after: 0, limit: 9)
        #expect(rows.map(\.state) == (isParked ? [.retrying] : []))
        simulation.run(for: delay)
        #expect(world.calls == ["1", "2"])
        #expect(try store.makeReader().parkedHeads(subscription: "notes/handlers", after: nil, limit: 9).isEmpty)
    }

    @Test("gives way to an error that says when to try again, but not for more attempts than it has")
    func askedFor() throws {
        let policy = RetryPolicy(attempts: 3, initialDelay: .seconds(1), jitter: 0)
        let times = try attempts(policy, within: .days(1), failingWith: Later(after: .hours(2)))
        #expect(times == [.zero, .hours(2), .hours(4)])
    }

    @Test("of an activity gives way to an error that says when to try again, but not for more attempts than it has")
    func activityAskedFor() throws {
        let times = Ledger()
        let clock = Mutexed<VirtualClock?>(nil)
        let simulation = try simulation(store: store) { _, flow in
            let retry = RetryPolicy(attempts: 3, initialDelay: .seconds(1), jitter: 0)
            return try await flow.perform("call", ActivityOptions(retry: retry)) { context in
                times.note("\(clock.value?.now.since(Simulation.Options().start) ?? .zero)")
                throw Later(after: .hours(2))
            }
        }
        clock.value = simulation.clock
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .days(1))
        #expect(times.entries == [Duration.zero, .hours(2), .hours(4)].map { "\($0)" })
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).map(\.cause) == ["call"])
    }
}
