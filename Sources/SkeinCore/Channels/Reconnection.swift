/// How long to wait before a channel connects again: ever longer while that is in vain, with jitter, so that the
/// processes of a system do not all come back to a broker at once.
///
/// The pauses double from 100 ms to 30 s, and half of each is random ("equal jitter", Brooker, "Exponential Backoff and
/// Jitter", 2015).
struct Reconnection {
    private static let policy = RetryPolicy(
        within: nil, initialDelay: .milliseconds(100), maximumDelay: .seconds(30), jitter: 0.5)

    /// How often connecting has failed since it last went well.
    private(set) var failures = 0

    /// Connecting has failed, or a connection has ended.
    ///
    /// - Parameter random: decides the jitter.
    /// - Returns: how long to wait.
    mutating func failed(random: UInt64) -> Duration {
        failures += 1
        return Self.policy.delay(afterAttempt: failures, random: random) ?? .seconds(30)
    }

    /// The connection has done something useful.
    mutating func succeeded() { failures = 0 }
}
