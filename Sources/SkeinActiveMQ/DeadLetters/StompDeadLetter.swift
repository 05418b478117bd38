public import SkeinTransport

/// A message that lies in a broker's queue of dead letters.
public struct StompDeadLetter: Sendable {
    /// The broker's own id of the message.
    public var id: String
    /// The destination that it came from, as the broker writes it: `/queue/payment.commands`.
    public var origin: String?
    /// Why the broker has put it there, in its words, if it says so.
    public var reason: String?
    /// What it holds.
    public var content: InboundMessage.Content

    public init(id: String, origin: String?, reason: String?, content: InboundMessage.Content) {
        (self.id, self.origin, self.reason, self.content) = (id, origin, reason, content)
    }
}
