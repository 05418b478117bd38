private import Dispatch

#if canImport(FoundationEssentials)
private import FoundationEssentials
#else
private import Foundation
#endif

/// The wall clock of the machine.
///
/// Timers follow the wall clock: one set for tomorrow noon goes off at tomorrow noon, also when the clock is adjusted
/// in between, and at once after a sleep of the machine.
public struct SystemClock: RuntimeClock {
    public init() {}

    /// To the microsecond, rounded down; goes back when the machine's clock is set back.
    public var now: Timestamp {
        Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)))
    }

    /// Goes off on a queue of its own, at most some hundred microseconds late on an idle machine.
    public func makeAlarm(_ fire: @escaping @Sendable () -> Void) -> any ClockAlarm {
        SystemAlarm(fire: fire)
    }
}

/// Proof for `@unchecked`: the only stored property is a libdispatch source, which libdispatch documents as safe to use
/// from any thread; the overlay merely lacks the annotation.
private final class SystemAlarm: ClockAlarm, @unchecked Sendable {
    private let source: any DispatchSourceTimer

    init(fire: @escaping @Sendable () -> Void) {
        source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "skein.alarm"))
        source.setEventHandler(handler: fire)
        source.schedule(wallDeadline: .distantFuture)
        source.activate()
    }

    deinit { source.cancel() }

    func set(_ due: Timestamp?) {
        guard let due else { return source.schedule(wallDeadline: .distantFuture) }
        // A microsecond is added so that rounding can never make it early.
        let delay = Int(clamping: max(0, due.since(SystemClock().now).wholeMicroseconds) + 1)
        source.schedule(wallDeadline: .now() + .microseconds(delay), leeway: .microseconds(200))
    }
}
