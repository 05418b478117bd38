public import SkeinMessages

/// One message on its way to a broker. Its ordering key is the subject of the envelope.
public struct OutboundMessage: Sendable, Hashable {
    /// The message; a receiver gets it equal in every section.
    public var envelope: Envelope
    /// To whom it goes.
    public var destination: Destination
    /// The process that an answer goes to, as the name in ``Destination/replies(to:)``.
    public var replyTo: String?
    /// Whether it may have been sent before: the outcome of an earlier attempt is not known.
    public var isRepeated: Bool

    public init(_ envelope: Envelope, to destination: Destination, replyTo: String? = nil, isRepeated: Bool = false) {
        (self.envelope, self.destination) = (envelope, destination)
        (self.replyTo, self.isRepeated) = (replyTo, isRepeated)
    }
}
