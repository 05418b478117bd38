/// Messages that are sent together.
public struct OutboundBatch: Sendable {
    /// The messages; those with equal subjects must arrive in this order.
    public var messages: [OutboundMessage]
    /// The sender's place after this batch, to be written in the same transaction; `nil` without transactions. At most
    /// 4,000 bytes.
    public var place: String?

    public init(_ messages: [OutboundMessage], place: String? = nil) {
        (self.messages, self.place) = (messages, place)
    }
}
