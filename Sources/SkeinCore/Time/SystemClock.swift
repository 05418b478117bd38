private import Dispatch

#if canImport(FoundationEssentials)
private import FoundationEssentials
#else
private import Foundation
#endif

/// The wall clock of the machine, and its steady clock for intervals.
///
/// Times that are stored are dates and follow the wall clock: timers of instances, reminders, the next attempts of
/// activities and of parked messages. A timer set for tomorrow noon fires at tomorrow noon by that clock, even if the
/// clock is adjusted in between; if the machine sleeps through noon, it fires at once afterwards.
///
/// Times that are only in memory are intervals and follow ``intervals``, which cannot be set: time limits of handlers,
/// activities, reactions, questions and the drain, retries of handlers in memory, circuit breakers. This clock stops
/// while the machine sleeps.
package struct SystemClock: RuntimeClock {
    package init() {}

    /// To the microsecond, rounded down; goes back when the machine's clock is set back.
    package var now: Timestamp {
        Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
    }

    /// The steady clock of the machine.
    package var intervals: (any RuntimeClock)? { SteadyClock() }

    /// Goes off on a queue of its own, at most some hundred microseconds late on an idle machine.
    package func makeAlarm(_ fire: @escaping @Sendable () -> Void) -> any ClockAlarm {
        SystemAlarm(isSteady: false, fire: fire)
    }
}

/// Counts from the start of the machine, and cannot be set.
private struct SteadyClock: RuntimeClock {
    var now: Timestamp { Timestamp(microseconds: Int64(DispatchTime.now().uptimeNanoseconds / 1000)) }

    /// A signal, a debugger or a hypervisor may stop the process.
    var mayStandStill: Bool { true }

    func makeAlarm(_ fire: @escaping @Sendable () -> Void) -> any ClockAlarm {
        SystemAlarm(isSteady: true, fire: fire)
    }
}

/// Proof for `@unchecked`: the only stored property is a libdispatch source, which libdispatch documents as safe to use
/// from any thread; the overlay merely lacks the annotation.
private final class SystemAlarm: ClockAlarm, @unchecked Sendable {
    private let source: any DispatchSourceTimer
    private let isSteady: Bool

    init(isSteady: Bool, fire: @escaping @Sendable () -> Void) {
        self.isSteady = isSteady
        source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "skein.alarm"))
        source.setEventHandler(handler: fire)
        source.schedule(wallDeadline: .distantFuture)
        source.activate()
    }

    deinit { source.cancel() }

    func set(_ due: Timestamp?) {
        guard let due else { return source.schedule(wallDeadline: .distantFuture) }
        // A microsecond is added so that rounding can never make it early.
        let now = isSteady ? SteadyClock().now : SystemClock().now
        let delay = DispatchTimeInterval.microseconds(Int(clamping: max(0, due.since(now).wholeMicroseconds) + 1))
        if isSteady {
            source.schedule(deadline: .now() + delay, leeway: .microseconds(200))
        } else {
            source.schedule(wallDeadline: .now() + delay, leeway: .microseconds(200))
        }
    }
}
