import SkeinActions
import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension ActivityRow {
    /// Adds a change to the retry policy to those that were made before, and makes the next attempt earlier if the
    /// policy then says so.
    ///
    /// - Parameter code: the policy in the code; `nil` where it is not known.
    mutating func edit(_ edit: RetryPolicy.Edit, of code: RetryPolicy?, at now: Timestamp) throws {
        let edit = edit.merged(over: policyEdit)
        policy = try JSONEncoder.sorted.encode(edit)
        let whole = edit.applied(to: code ?? .patient)
        let failing = failingSince.map { now.since($0) } ?? .zero
        guard attempt > 0, let due = nextAt,
            let delay = whole.delay(afterAttempt: attempt, failingFor: failing, random: 0)
        else { return }
        nextAt = min(due, now.advanced(by: delay))
    }
}

extension ActivityRow {
    /// Plans an attempt for now. If the retry policy had ended, it starts again from the first attempt.
    mutating func retryNow(at now: Timestamp) {
        if nextAt == nil { (attempt, failingSince) = (0, nil) }
        (nextAt, incident) = (now, nil)
    }
}

extension RetryPolicy {
    /// Waits longer than any policy in code does: what an edit does not say makes no attempt earlier.
    fileprivate static let patient = RetryPolicy(
        within: nil, initialDelay: .days(36_500), factor: 1e12, maximumDelay: .days(36_500), jitter: 0)
}
