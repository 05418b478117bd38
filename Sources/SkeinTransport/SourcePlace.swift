/// How far a reader has got in one partition.
public struct SourcePlace: Sendable, Hashable {
    /// The name of the topic, as the broker has it.
    public var topic: String
    /// The partition; 0 where there is only one.
    public var partition: Int
    /// The offset of the next message to receive, 0 or more.
    public var next: Int64

    public init(topic: String, partition: Int, next: Int64) {
        (self.topic, self.partition, self.next) = (topic, partition, next)
    }
}
