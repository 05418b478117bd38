import Skein

/// How unreliable the outside world is, and whose cards are expired.
public struct WorldConfiguration: Sendable {
    /// Decides everything that looks like chance; the same seed and calls give the same fates.
    public var seed: UInt64 = 1
    /// The share of calls that fail before anything is done, 0 to 1.
    public var failRate = 0.1
    /// The share of calls that are answered late, 0 to 1.
    public var slowRate = 0.05
    /// How late that is, at most an hour.
    public var slowness: Duration = .milliseconds(300)
    /// The share of calls that are carried out and never answered, 0 to 1.
    public var silentRate = 0.02
    /// The share of accounts whose card is expired until its owner replaces it, 0 to 1.
    public var expiredRate = 0.3
    /// After how long without a call the world ends by itself, at most a day.
    public var idle: Duration = .seconds(60)

    /// What ``slowness`` may be.
    public static let slownesses = Duration.zero...Duration.hours(1)
    /// What ``idle`` may be.
    public static let idles = Duration.milliseconds(100)...Duration.days(1)

    /// Everything as stated above.
    public init() {}

    /// Sets the shares that are given. The others have what is stated above, or less where the given ones leave less.
    public mutating func setShares(fail: Double?, slow: Double?, silent: Double?) {
        var left = 1 - (fail ?? 0) - (slow ?? 0) - (silent ?? 0)
        func share(_ given: Double?, _ usual: Double) -> Double {
            if let given { return given }
            let share = min(usual, max(0, left))
            left -= share
            return share
        }
        failRate = share(fail, failRate)
        slowRate = share(slow, slowRate)
        silentRate = share(silent, silentRate)
    }

    /// What is wrong with it, in terms of the options of `retail-world`; `nil` for what a world can be started with.
    public var problem: String? {
        let shares = [
            ("--fail-rate", failRate), ("--slow-rate", slowRate), ("--silent-rate", silentRate),
            ("--expired-rate", expiredRate),
        ]
        for (name, share) in shares where !(0...1).contains(share) {
            return "\(name) is \(share); it must be from 0 to 1"
        }
        let sum = failRate + slowRate + silentRate
        guard sum <= 1.000_001 else {
            return "--fail-rate, --slow-rate and --silent-rate are shares of the same calls, and make \(sum) together; "
                + "they must make 1 at most"
        }
        for (name, duration, range) in [("--slow", slowness, Self.slownesses), ("--idle", idle, Self.idles)]
        where !range.contains(duration) {
            return "\(name) is \(duration.iso8601); it must be from \(range.lowerBound.iso8601) to "
                + range.upperBound.iso8601
        }
        return nil
    }
}
