import SkeinTransport

/// One partition of a topic.
struct TopicPartition: Hashable {
    let topic: String
    let partition: Int32

    init(_ topic: String, _ partition: Int32) { (self.topic, self.partition) = (topic, partition) }

    /// Where a message was.
    init(_ position: BrokerPosition) { self.init(position.topic, Int32(clamping: position.partition)) }
}
