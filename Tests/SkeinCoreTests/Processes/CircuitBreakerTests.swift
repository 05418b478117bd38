import SkeinActions
import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

@Suite("A circuit breaker")
struct CircuitBreakerTests {
    let start = Timestamp(microseconds: 0)

    private func opened(_ policy: BreakerPolicy) -> CircuitBreaker {
        var breaker = CircuitBreaker(policy: policy)
        for _ in 0..<policy.failures {
            _ = breaker.admit(at: start)
            breaker.failed(at: start)
        }
        return breaker
    }

    private func after(_ duration: Duration) -> Timestamp { start.advanced(by: duration) }

    @Test("opens at so many failures in a row, and a success begins the count anew")
    func opening() {
        var breaker = CircuitBreaker(policy: BreakerPolicy(failures: 3, openFor: .seconds(30)))
        for success in [false, false, true, false, false] {
            #expect(breaker.admit(at: start) == .run)
            if success { breaker.succeeded() } else { breaker.failed(at: start) }
        }
        #expect(breaker.state == .closed(failures: 2))
        _ = breaker.admit(at: start)
        breaker.failed(at: start)
        #expect(breaker.state == .open(until: after(.seconds(30))))
        #expect(breaker.admit(at: after(.seconds(29))) == .wait(until: after(.seconds(30))))
    }

    @Test("lets one call probe when its time is over; the probe's failure opens it for as long again")
    func probing() {
        var breaker = opened(BreakerPolicy(failures: 2, openFor: .seconds(30)))
        #expect(breaker.admit(at: after(.seconds(30))) == .run)
        #expect(breaker.admit(at: after(.seconds(31))) == .queue)
        #expect(breaker.places(at: after(.seconds(31))) == 0)
        breaker.failed(at: after(.seconds(40)))
        #expect(breaker.state == .open(until: after(.seconds(70))))
    }

    @Test("lets another call probe when nothing is heard of the first one")
    func lostProbe() {
        var breaker = opened(BreakerPolicy(failures: 2, openFor: .seconds(30)))
        #expect(breaker.admit(at: after(.seconds(30))) == .run)
        #expect(breaker.admit(at: after(.seconds(59))) == .queue)
        #expect(breaker.places(at: after(.seconds(60))) == 1)
        #expect(breaker.admit(at: after(.seconds(60))) == .run)
        #expect(breaker.admit(at: after(.seconds(61))) == .queue, "only one at a time")
        let probe = breaker.admitted
        breaker.ended(probe, success: true, at: after(.seconds(61)))
        #expect(breaker.state == .recovering(concurrency: 1) && breaker.running == 0)
        #expect(breaker.admit(at: after(.seconds(62))) == .run)
        breaker.ended(probe - 1, success: false, at: after(.seconds(63)))
        #expect(breaker.state == .recovering(concurrency: 1), "what the lost probe says late is no news")
        #expect(breaker.running == 1 && breaker.admit(at: after(.seconds(63))) == .queue)
    }

    @Test("recovers: twice as many calls at once after each success, until it is closed")
    func recovery() {
        var breaker = opened(
            BreakerPolicy(failures: 2, openFor: .seconds(30), initialConcurrency: 1, fullConcurrency: 8))
        let now = after(.seconds(30))
        #expect(breaker.admit(at: now) == .run)
        breaker.succeeded()
        for concurrency in [1, 2, 4] {
            #expect(breaker.state == .recovering(concurrency: concurrency))
            for _ in breaker.running..<concurrency { #expect(breaker.admit(at: now) == .run) }
            #expect(breaker.admit(at: now) == .queue)
            breaker.succeeded()
        }
        #expect(breaker.state == .closed(failures: 0))
        #expect(breaker.places(at: now) == nil)
    }

    @Test("opens again at the first failure while it recovers")
    func relapse() {
        var breaker = opened(BreakerPolicy(failures: 2, openFor: .seconds(30)))
        let now = after(.seconds(30))
        _ = breaker.admit(at: now)
        breaker.succeeded()
        _ = breaker.admit(at: now)
        breaker.failed(at: now)
        #expect(breaker.state == .open(until: after(.seconds(60))))
    }

    @Test("releases as many of those who wait as there are places, in the order in which they came")
    func release() throws {
        let clock = VirtualClock()
        let timers = TimerService(clock: clock)
        timers.start()
        let policy = BreakerPolicy(failures: 1, openFor: .seconds(30), initialConcurrency: 1, fullConcurrency: 8)
        let breakers = CircuitBreakers(policies: ["line": policy], suspended: [], clock: clock, timers: timers)
        let running = Ledger()
        let calls = Callers(breakers, running)
        try #require(breakers.admit("line") {}).end(success: false)
        for number in 1...20 { calls.call(number) }
        #expect(running.entries.isEmpty, "it is open")
        clock.advance(to: clock.now.advanced(by: .seconds(30)))
        #expect(running.entries == ["1"], "the probe")
        #expect(calls.told == 1)
        for released in [2, 4, 7] {
            calls.endFirst()
            #expect(running.entries == (1...released).map { "\($0)" })
            #expect(calls.told == released, "nobody else is disturbed")
        }
        calls.endFirst()
        #expect(running.entries == (1...20).map { "\($0)" }, "it is closed")
    }

    @Test("two operators who want opposite things of a system: who comes last has it, in the store and in memory")
    func suspendedMeanwhile() throws {
        let world = World()
        let store = MemoryStore()
        // Who comes last is known only in the order of arrival.
        var options = Simulation.Options()
        options.order = .arrival
        let simulation = try simulation(options, store: store) { start, flow in
            try await flow.perform("call", ActivityOptions(system: "line")) { _ in
                try world.call(start.id)
                return start.id
            }
        }
        try simulation.begin { try await $0.suspend(system: "line") }
        try simulation.begin { runtime in
            async let resumed: Void = runtime.resume(system: "line")
            async let suspended: Void = runtime.suspend(system: "line")
            _ = try await (resumed, suspended)
        }
        #expect(try store.makeReader().suspendedSystems() == ["line"])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(world.calls.isEmpty)
    }

    @Test("is asked for again by itself when its probe is an activity that hangs", arguments: [1, 20])
    func hangingProbe(waiting: Int) throws {
        let (world, gate) = (World(failing: 1), Gate())
        var options = Simulation.Options()
        options.configuration.breakers["line"] = BreakerPolicy(failures: 1, openFor: .seconds(30))
        let simulation = try simulation(options) { start, flow in
            let retry = RetryPolicy(attempts: nil, initialDelay: .seconds(1), factor: 1, jitter: 0)
            let options = ActivityOptions(retry: retry, timeout: .seconds(45), system: "line")
            return try await flow.perform("call", options) { _ in
                try world.call(start.id)
                if world.calls.count == 2 { await gate.wait() }
                return start.id
            }
        }
        for number in 0...waiting { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        #expect(world.calls.count == 1)
        simulation.run(for: .seconds(59))
        #expect(world.calls.count == 2, "the probe hangs, and the others wait")
        simulation.run(for: .minutes(10))
        #expect(try simulation.results().count == waiting + 1)
    }
}

/// Those who call as soon as they are let.
private final class Callers: Sendable {
    private let breakers: CircuitBreakers
    private let running: Ledger
    private let count = Atomic(0)
    private let admitted = Mutex<[CircuitBreakers.Call]>([])

    init(_ breakers: CircuitBreakers, _ running: Ledger) { (self.breakers, self.running) = (breakers, running) }

    /// How many were told to ask again.
    var told: Int { count.load(ordering: .relaxed) }

    func call(_ number: Int) {
        let call = breakers.admit("line") {
            self.count.add(1, ordering: .relaxed)
            self.call(number)
        }
        guard let call else { return }
        running.note("\(number)")
        admitted.withLock { $0.append(call) }
    }

    /// The call that has run longest succeeds; it says so twice, as one does that took too long.
    func endFirst() {
        let first = admitted.withLock { $0.removeFirst() }
        for _ in 1...2 { first.end(success: true) }
    }
}
