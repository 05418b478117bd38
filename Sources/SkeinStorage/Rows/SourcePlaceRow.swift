/// How far a process has taken in one partition of a broker's topic.
///
/// It is written in the commit that appends the messages below it, so a restart goes on where the log ends. It is no
/// place in the log, and keeps no message from being trimmed.
public struct SourcePlaceRow: Sendable, Hashable {
    /// The channel by which the messages come. With topic and partition the row's identity.
    public var channel: String
    /// The name of the topic, as the broker has it.
    public var topic: String
    /// The partition; 0 where there is only one.
    public var partition: Int
    /// The offset of the next message to take in, 0 or more.
    public var next: Int64

    public init(channel: String, topic: String, partition: Int, next: Int64) {
        (self.channel, self.topic, self.partition, self.next) = (channel, topic, partition, next)
    }
}
