public import SkeinMessages

/// A message in the log, with its place.
public struct LogRecord: Sendable {
    /// The place in the log. The embedded log has one sequence for all topics and partitions, which is a stronger order
    /// than the one promised (per partition).
    public var position: Int64
    /// Equal in every section to what was published.
    public var envelope: Envelope
    /// The decoded payload, where the message was published by this process and is still in memory.
    public var value: (any Message)?
    /// Where the message comes from; `nil` for one that was written here.
    public var origin: ChannelOrigin?

    public init(
        position: Int64, envelope: Envelope, value: (any Message)? = nil, origin: ChannelOrigin? = nil
    ) {
        (self.position, self.envelope, self.value, self.origin) = (position, envelope, value, origin)
    }
}
