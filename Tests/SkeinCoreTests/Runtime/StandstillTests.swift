import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

/// A clock that a test moves on and on which the process may be stopped, with a wall clock that a test may set.
private final class AdjustableClock: RuntimeClock {
    let steady: VirtualClock
    private let offset = Mutex(Duration.zero)
    private let isSteady: Bool

    init(steady: VirtualClock, isSteady: Bool = false) { (self.steady, self.isSteady) = (steady, isSteady) }

    func set(back duration: Duration) { offset.withLock { $0 -= duration } }

    var now: Timestamp { steady.now.advanced(by: offset.withLock { $0 }) }
    var wantsExactAlarms: Bool { true }
    var mayStandStill: Bool { isSteady }
    var intervals: (any RuntimeClock)? { isSteady ? nil : AdjustableClock(steady: steady, isSteady: true) }

    func makeAlarm(_ fire: @escaping @Sendable () -> Void) -> any ClockAlarm {
        Alarm(clock: self, alarm: steady.makeAlarm(fire))
    }

    struct Alarm: ClockAlarm {
        let clock: AdjustableClock
        let alarm: any ClockAlarm

        func set(_ due: Timestamp?) { alarm.set(due?.advanced(by: .zero - clock.offset.withLock { $0 })) }
    }
}

@Suite("A process that was stopped for a while")
struct StandstillTests {
    let store = MemoryStore()
    let ledger = Ledger()

    /// A process that computes for a time, in steps of the clock, when it is started.
    private func stage(steps: Int, of step: Duration) throws -> Stage {
        let slot = Mutexed<VirtualClock?>(nil)
        let ledger = ledger
        let work = Component("work") {
            Processes(
                Scripted { start, _ in
                    // Few times, so that a runtime that does not park the instance comes to an end too.
                    guard let clock = slot.value, ledger.entries.count < 3 else { return "never" }
                    ledger.note("computed")
                    for _ in 0..<steps { clock.advance(to: clock.now.advanced(by: step)) }
                    return start.id
                })
        }
        let stage = try Stage(store: store, clock: { AdjustableClock(steady: $0) }, components: [work])
        slot.value = stage.clock
        return stage
    }

    @Test("is not taken for runaway code")
    func stopped() throws {
        let stage = try stage(steps: 1, of: .seconds(20))
        stage.publish(JobRequested(id: "a"), as: "work")
        #expect(try store.openIncidents().isEmpty)
        #expect(try store.makeReader().instance(component: "work", process: "scripted", key: "a")?.status == .completed)
    }

    @Test("is told from one with runaway code")
    func running() throws {
        let stage = try stage(steps: 110, of: .milliseconds(100))
        stage.publish(JobRequested(id: "a"), as: "work")
        #expect(try store.openIncidents().map(\.cause) == ["runaway"])
    }

    @Test("continues the attempts of its handlers and activities", arguments: [false, true])
    func attempts(isStopped: Bool) throws {
        let (gate, ledger) = (Gate(), ledger)
        let notes = Component("notes") {
            Handle(Tick.self) { tick, context in
                if context.attempt == 1 { await gate.wait() }
                ledger.note("handled at \(context.attempt)")
            }.retry(RetryPolicy(attempts: 2, initialDelay: .milliseconds(1), jitter: 0))
        }
        let work = Component("work") {
            Processes(
                Scripted { _, flow in
                    let retry = RetryPolicy(attempts: 2, initialDelay: .milliseconds(1), jitter: 0)
                    let options = ActivityOptions(retry: retry, timeout: .seconds(30))
                    try await flow.perform("act", options) { context in
                        if context.attempt == 1 { await gate.wait() }
                        ledger.note("acted at \(context.attempt)")
                    }
                    return "done"
                })
        }
        let stage = try Stage(store: store, clock: { AdjustableClock(steady: $0) }, components: [notes, work])
        stage.publish(Tick(key: "a", number: 1), as: "clock")
        stage.publish(JobRequested(id: "a"), as: "work")
        if isStopped {
            stage.clock.advance(to: stage.clock.now.advanced(by: .hours(1)))
            stage.run(for: .seconds(1))
            gate.open()
            stage.run(for: .seconds(1))
            #expect(ledger.entries.sorted() == ["acted at 1", "handled at 1"])
        } else {
            stage.run(for: .seconds(31))
            #expect(ledger.entries.sorted() == ["acted at 2", "handled at 2"])
        }
    }
}

@Suite("A clock that is set back")
struct SetBackClockTests {
    let ledger = Ledger()

    @Test("lengthens no interval: neither a question's time limit nor a back-off in memory")
    func intervals() throws {
        let (ledger, clocks) = (ledger, Mutexed<AdjustableClock?>(nil))
        let notes = Component("notes") {
            Handle(Tick.self) { tick, context in
                guard context.attempt == 1 else { return ledger.note("again") }
                throw Unreachable()
            }.retry(RetryPolicy(attempts: 2, initialDelay: .seconds(5), jitter: 0))
            Handle(Note.self) { note, context in
                do { _ = try await context.ask(Rate(), timeout: .seconds(10)) } catch { ledger.note("no answer") }
            }.retry(.never).timeout(.days(1))
        }
        let silent = Component("till") { Handle(Rate.self) { _, _ in } }
        let stage = try Stage(
            clock: {
                let clock = AdjustableClock(steady: $0)
                clocks.value = clock
                return clock
            }, components: [notes, silent])
        stage.publish(Note(text: "n"), as: "notes")
        stage.publish(Tick(key: "a", number: 1), as: "clock")
        clocks.value?.set(back: .hours(1))
        stage.run(for: .seconds(9))
        #expect(ledger.entries == ["again"])
        stage.run(for: .seconds(1))
        #expect(ledger.entries == ["again", "no answer"])
    }

    @Test("delays dates, and fires nothing early")
    func dates() throws {
        let (store, clocks) = (MemoryStore(), Mutexed<AdjustableClock?>(nil))
        let work = Component("work") {
            Processes(
                Scripted { _, flow in
                    try await flow.sleep(for: .hours(2))
                    return "woke"
                })
        }
        let stage = try Stage(
            store: store,
            clock: {
                let clock = AdjustableClock(steady: $0)
                clocks.value = clock
                return clock
            }, components: [work])
        stage.publish(JobRequested(id: "a"), as: "work")
        func status() throws -> InstanceStatus? {
            try store.makeReader().instance(component: "work", process: "scripted", key: "a")?.status
        }
        stage.run(for: .hours(1))
        clocks.value?.set(back: .hours(1))
        stage.run(for: .minutes(119))
        #expect(try status() == .running)
        stage.run(for: .minutes(1))
        #expect(try status() == .completed)
    }
}
