import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("The wake-ups of a runtime")
struct TimerServiceTests {
    let clock = VirtualClock()
    let timers: TimerService
    let ledger = Ledger()

    init() { timers = TimerService(clock: clock) }

    private func at(_ seconds: Int) -> Timestamp { Timestamp.epoch.advanced(by: .seconds(seconds)) }

    @discardableResult
    private func schedule(_ seconds: Int, _ name: String) -> TimerService.Token {
        timers.schedule(at: at(seconds)) { [ledger] in ledger.note(name) }
    }

    @Test("come in the order of their times and then of their scheduling, and never early")
    func order() {
        timers.start()
        for (seconds, name) in [(3, "c"), (1, "a"), (2, "b"), (1, "a2"), (3, "c2")] { schedule(seconds, name) }
        #expect(clock.nextAlarm == at(1))
        clock.advance(to: Timestamp(microseconds: 999_999))
        #expect(ledger.entries.isEmpty)
        clock.advance(to: at(1))
        #expect(ledger.entries == ["a", "a2"])
        clock.advance(to: at(10))
        #expect(ledger.entries == ["a", "a2", "b", "c", "c2"])
        #expect(clock.nextAlarm == nil)
    }

    @Test("that are withdrawn do not come, and leave no alarm behind")
    func canceled() {
        timers.start()
        let first = schedule(1, "first")
        schedule(2, "second")
        timers.cancel(first)
        timers.cancel(first)
        #expect(clock.nextAlarm == at(2))
        let tokens = (3...300).map { schedule($0, "\($0)") }
        for token in tokens.dropLast() { timers.cancel(token) }
        clock.advance(to: at(1000))
        #expect(ledger.entries == ["second", "300"])
        #expect(clock.nextAlarm == nil)
    }

    @Test("may set and withdraw others when they come")
    func nested() {
        timers.start()
        let later = schedule(2, "withdrawn")
        timers.schedule(at: at(1)) { [timers, ledger, clock] in
            timers.cancel(later)
            timers.schedule(at: clock.now) { ledger.note("at once") }
            timers.schedule(at: clock.now.advanced(by: .seconds(2))) { ledger.note("later") }
        }
        clock.advance(to: at(1))
        // What became due while others were fired has an alarm of its own, which is due already.
        clock.advance(to: at(1))
        #expect(ledger.entries == ["at once"])
        clock.advance(to: at(3))
        #expect(ledger.entries == ["at once", "later"])
    }

    @Test("that were scheduled before the start come after it, and none comes after the stop")
    func startAndStop() {
        schedule(1, "early")
        clock.advance(to: at(5))
        #expect(ledger.entries.isEmpty)
        timers.start()
        clock.advance(to: at(5))
        #expect(ledger.entries == ["early"])
        schedule(6, "never")
        timers.stop()
        schedule(7, "never either")
        clock.advance(to: at(100))
        #expect(ledger.entries == ["early"])
        #expect(clock.nextAlarm == nil)
    }
}
