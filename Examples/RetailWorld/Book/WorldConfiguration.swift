/// How unreliable the outside world is, and whose cards are expired.
public struct WorldConfiguration: Sendable {
    /// Decides everything that looks like chance; the same seed and calls give the same fates.
    public var seed: UInt64 = 1
    /// The share of calls that fail before anything is done, 0 to 1.
    public var failRate = 0.1
    /// The share of calls that are answered late, 0 to 1.
    public var slowRate = 0.05
    /// How late that is.
    public var slowness: Duration = .milliseconds(300)
    /// The share of calls that are carried out and never answered, 0 to 1.
    public var silentRate = 0.02
    /// The share of accounts whose card is expired until its owner replaces it, 0 to 1.
    public var expiredRate = 0.3
    /// After how long without a call the world ends by itself.
    public var idle: Duration = .seconds(60)

    /// Everything as stated above.
    public init() {}
}
