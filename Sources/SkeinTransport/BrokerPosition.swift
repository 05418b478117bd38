/// Where a message was at its broker.
public struct BrokerPosition: Sendable, Hashable, Codable {
    /// The name of the topic or queue, as the broker has it.
    public var topic: String
    /// The partition; 0 where there is only one.
    public var partition: Int
    /// The place in the partition (Kafka's offset), 0 or more; `nil` for brokers without places.
    public var offset: Int64?
    /// The broker's own id for the message; `nil` for brokers without.
    public var messageID: String?

    public init(topic: String, partition: Int = 0, offset: Int64? = nil, messageID: String? = nil) {
        (self.topic, self.partition, self.offset, self.messageID) = (topic, partition, offset, messageID)
    }
}

extension BrokerPosition: CustomStringConvertible {
    /// "payment.events/3@4711", or "payment.events ID:broker-1:2".
    public var description: String {
        if let offset { return "\(topic)/\(partition)@\(offset)" }
        return messageID.map { "\(topic) \($0)" } ?? topic
    }
}
