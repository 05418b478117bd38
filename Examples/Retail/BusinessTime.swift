public import Skein

/// How fast business goes: a day a day in earnest, a day a second where a demonstration plays weeks.
///
/// Only what the business decides is measured by it: deadlines and reminders. Technical timeouts and retries are
/// not, because a call to the outside takes as long as ever.
public struct BusinessTime: Sendable, Hashable {
    /// How long a day of business takes.
    public var day: Duration

    public init(day: Duration = .days(1)) { self.day = day }

    /// How long a span of business time takes.
    public func span(_ duration: Duration) -> Duration {
        day == .days(1) ? duration : day * (duration / .days(1))
    }
}
