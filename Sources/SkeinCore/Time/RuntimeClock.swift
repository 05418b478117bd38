/// The only source of time in a runtime: the wall clock, or a virtual one under test.
package protocol RuntimeClock: Sendable {
    /// The present time. Never before an instant at which one of the clock's alarms has gone off.
    var now: Timestamp { get }

    /// A steady clock for intervals, such as back-offs and time limits, if this one shows dates and may be set; `nil`
    /// if this clock serves for both. Only differences of its times mean anything.
    var intervals: (any RuntimeClock)? { get }

    /// Whether the process may be stopped while the clock goes on. Time limits of running code then have to find out
    /// whether it ran.
    var mayStandStill: Bool { get }

    /// Whether an alarm that has lost its reason is to be withdrawn at once. Otherwise it may go off for nothing, which
    /// costs less than setting it anew each time; a virtual clock would take it for something that is due.
    var wantsExactAlarms: Bool { get }

    /// An alarm that calls `fire` when it is due, from any thread, never early, once per setting.
    func makeAlarm(_ fire: @escaping @Sendable () -> Void) -> any ClockAlarm
}

extension RuntimeClock {
    /// `nil`: this clock also serves for intervals.
    package var intervals: (any RuntimeClock)? { nil }

    /// `false`: time passes only while code runs or waits.
    package var mayStandStill: Bool { false }

    /// `false`: an alarm may go off for nothing.
    package var wantsExactAlarms: Bool { false }
}

/// One alarm of a ``RuntimeClock``.
package protocol ClockAlarm: Sendable {
    /// Replaces the time at which the alarm goes off; `nil` disarms it. A time that has passed goes off at once.
    func set(_ due: Timestamp?)
}
