/// A subscription's place in the log: everything up to `position` is handled or parked, and so is each of `completed`.
public struct PositionRow: Sendable, Hashable {
    /// Unique in the store; one row a subscription.
    public var subscription: String
    /// 0 before the first message; never goes down but for a rebuild, or where a relay takes over what another channel
    /// has not sent.
    public var position: Int64
    /// Stretches of the log above `position` that are handled already: ascending, apart from one another, and at most
    /// one more than there are messages in flight.
    public var completed: [ClosedRange<Int64>]
    /// The version of the projection that has folded up to here; 0 for all other subscriptions.
    public var version: Int

    public init(
        subscription: String, position: Int64, completed: [ClosedRange<Int64>] = [], version: Int = 0
    ) {
        (self.subscription, self.position) = (subscription, position)
        (self.completed, self.version) = (completed, version)
    }

    /// Whether a message above the position is handled already.
    public func hasCompleted(_ position: Int64) -> Bool { completed.contains { $0.contains(position) } }
}
