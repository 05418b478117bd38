/// When a failed attempt is repeated: after an exponential back-off with jitter, until a time limit or a number of
/// attempts is reached, whichever comes first.
///
/// The time counts from the first failed attempt. It includes time in which no runtime runs and in which an operator
/// has suspended the outside system; the attempt that was planned before is still made after that.
public struct RetryPolicy: Sendable, Hashable, Codable {
    package var initialDelay: Duration
    package var factor: Double
    package var maximumDelay: Duration
    package var within: Duration?
    package var attempts: Int?
    package var jitter: Double

    /// A policy that ends by time. The default, a day, is longer than most outages of outside systems.
    ///
    /// - Parameters:
    ///   - within: how long after the first failed attempt further attempts are planned; not shorter than the first
    ///     delay; `nil` for no limit.
    ///   - initialDelay: the delay after the first failed attempt.
    ///   - factor: by how much each delay is longer than the one before: 1, for a fixed delay, or more.
    ///   - maximumDelay: the longest delay.
    ///   - jitter: the share of each delay that is random, from 0 (none) to 1 (anything up to the whole delay).
    public init(
        within: Duration? = .days(1), initialDelay: Duration = .milliseconds(100), factor: Double = 2,
        maximumDelay: Duration = .minutes(10), jitter: Double = 0.2
    ) {
        self.init(
            attempts: nil, within: within, initialDelay: initialDelay, factor: factor, maximumDelay: maximumDelay,
            jitter: jitter)
    }

    /// A policy that ends after a number of attempts.
    ///
    /// - Parameters:
    ///   - attempts: 1 or more, the first included; `nil` for no limit.
    ///   - within: how long after the first failed attempt further attempts are planned; not shorter than the first
    ///     delay; `nil` for no limit.
    ///   - initialDelay: the delay after the first failed attempt.
    ///   - factor: by how much each delay is longer than the one before: 1, for a fixed delay, or more.
    ///   - maximumDelay: the longest delay.
    ///   - jitter: the share of each delay that is random, from 0 (none) to 1 (anything up to the whole delay).
    public init(
        attempts: Int?, within: Duration? = nil, initialDelay: Duration = .milliseconds(100), factor: Double = 2,
        maximumDelay: Duration = .minutes(10), jitter: Double = 0.2
    ) {
        (self.attempts, self.within) = (attempts, within)
        (self.initialDelay, self.factor) = (initialDelay, factor)
        (self.maximumDelay, self.jitter) = (maximumDelay, jitter)
    }

    /// One attempt and no more.
    public static let never = RetryPolicy(attempts: 1)

    /// What is wrong with the policy, as a clause, or `nil` for a good one.
    package var problem: String? {
        if let attempts, attempts < 1 { return "attempts is \(attempts); it must be 1 or more" }
        if initialDelay < .zero || maximumDelay < .zero { return "a delay is negative" }
        if !(factor >= 1) { return "factor is \(factor); it must be 1 or more" }
        if !(0...1).contains(jitter) { return "jitter is \(jitter); it must be from 0 to 1" }
        let first = min(initialDelay, maximumDelay)
        if let within, attempts != 1, within < first {
            return "the first delay, \(first.iso8601), is longer than the time in which attempts are made (within: "
                + "\(within.iso8601)), so that there would be only one"
        }
        return nil
    }

    /// The delay after a number of failed attempts (1 or more); `nil` when no further attempt is to be made.
    ///
    /// - Parameters:
    ///   - failing: the time since the first failed attempt.
    ///   - asked: the delay that the error asks for; it replaces the policy's own.
    ///   - random: decides the jitter.
    package func delay(
        afterAttempt attempt: Int, failingFor failing: Duration = .zero, asked: Duration? = nil, random: UInt64
    ) -> Duration? {
        if let attempts, attempt >= attempts { return nil }
        let delay = asked ?? backOff(afterAttempt: attempt, random: random)
        if let within, failing + delay > within { return nil }
        return delay
    }

    private func backOff(afterAttempt attempt: Int, random: UInt64) -> Duration {
        let longest = Double(maximumDelay.wholeMicroseconds)
        var delay = Double(initialDelay.wholeMicroseconds)
        var failed = 1
        while failed < attempt, delay < longest, delay > 0, factor > 1 {
            delay *= factor
            failed += 1
        }
        delay = min(delay, longest)
        let unit = Double(random >> 11) / Double(1 << 53)
        return .microseconds(Int64(delay * (1 - jitter * unit)))
    }
}
