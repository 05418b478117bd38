/// When a process reminds while it waits.
///
/// ```swift
/// let updated = try await flow.wait(until: .days(14), reminding: .every(.days(2))) {
///     On(CardDetailsUpdated.self, for: accountID)
/// } onReminder: {
///     flow.send(RemindOfCardUpdate(accountID: accountID))
/// }
/// ```
///
/// A reminder that would fall on the end of the wait, or after it, is left out. After a time in which nothing ran, one
/// reminder makes up for all that were missed.
public struct Reminders: Sendable, Hashable {
    enum Schedule: Sendable, Hashable {
        case interval(Duration)
        case repetition(ISO8601Repetition)
    }

    let schedule: Schedule

    /// At equal intervals from the beginning of the wait; one below a microsecond parks the instance.
    public static func every(_ interval: Duration) -> Self { Self(schedule: .interval(interval)) }

    /// At the occurrences of a repetition (`R5/PT10S`, `R/2026-01-01T09:00:00Z/P1D`), counted from the beginning of the
    /// wait where it names no start. Occurrences that have passed are left out.
    public static func every(_ repetition: ISO8601Repetition) -> Self { Self(schedule: .repetition(repetition)) }
}

/// When to remind while waiting. After a time in which nothing ran, what was missed is made up for by one reminder.
struct ReminderTimes {
    let first: Timestamp?
    private let following: (_ due: Timestamp, _ now: Timestamp) -> Timestamp?

    init(_ reminders: Reminders, from anchor: Timestamp) {
        switch reminders.schedule {
        case .interval(let interval):
            first = anchor.advanced(by: interval)
            following = { due, now in
                let missed = max(0, now.since(due).wholeMicroseconds / interval.wholeMicroseconds)
                return due.advanced(by: interval * (missed + 1))
            }
        case .repetition(let repetition):
            first = repetition.next(after: anchor, from: anchor)?.time
            following = { due, now in repetition.next(after: max(due, now), from: anchor)?.time }
        }
    }

    func next(after due: Timestamp, at now: Timestamp) -> Timestamp? { following(due, now) }
}
