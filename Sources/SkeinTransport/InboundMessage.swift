public import SkeinMessages

/// One message that a broker has delivered.
public struct InboundMessage: Sendable {
    /// What came.
    public enum Content: Sendable, Hashable {
        /// A message.
        case envelope(Envelope)
        /// Something that is no CloudEvent.
        case unreadable(UnreadableMessage)
    }

    /// What came.
    public var content: Content
    /// The subscription that it came by.
    public var destination: Destination
    /// Where it was at the broker; recorded with it.
    public var origin: BrokerPosition
    /// Identifies the message to its source when it is acknowledged.
    public var receipt: UInt64
    /// The process that an answer goes to.
    public var replyTo: String?
    /// Whether its sender, or the broker, says that it may have come before.
    public var isRepeated: Bool

    public init(
        _ content: Content, by destination: Destination, from origin: BrokerPosition, receipt: UInt64,
        replyTo: String? = nil, isRepeated: Bool = false
    ) {
        (self.content, self.destination, self.origin) = (content, destination, origin)
        (self.receipt, self.replyTo, self.isRepeated) = (receipt, replyTo, isRepeated)
    }
}
