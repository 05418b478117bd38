public import SkeinMessages

/// A message on its way into the log.
public struct Outgoing: Sendable {
    /// Stored as it is; its id decides whether the message is in the log already.
    public var envelope: Envelope
    /// The decoded payload, handed to handlers of the same process so that they need not decode it again.
    public var value: (any Message)?
    /// Where the message comes from; `nil` for one that is written here.
    public var origin: ChannelOrigin?

    public init(_ envelope: Envelope, value: (any Message)? = nil, origin: ChannelOrigin? = nil) {
        (self.envelope, self.value, self.origin) = (envelope, value, origin)
    }
}
