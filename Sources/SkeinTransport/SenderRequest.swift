/// What a sender is opened for.
public struct SenderRequest: Sendable, Hashable {
    /// The name of the channel, for the broker's own tools.
    public var channel: String
    /// The name of this process on the channel.
    public var process: String
    /// How firmly the broker has to have each message.
    public var acknowledgement: Acknowledgement
    /// Names the sender over its restarts: the broker keeps ``OutboundBatch/place`` under it, and fences an earlier
    /// sender with the same id. `nil` to send without transactions.
    public var transactionalID: String?
    /// How long a batch may take.
    public var timeout: Duration

    public init(
        channel: String, process: String, acknowledgement: Acknowledgement = .all, transactionalID: String? = nil,
        timeout: Duration = .seconds(30)
    ) {
        (self.channel, self.process, self.acknowledgement) = (channel, process, acknowledgement)
        (self.transactionalID, self.timeout) = (transactionalID, timeout)
    }
}
