/// How firmly the broker must have a message before sending it counts as done.
public enum Acknowledgement: String, Sendable, Hashable, Codable, CaseIterable {
    /// Not at all: the message has left. It is lost if the connection or the broker fails. Kafka's `acks=0`; STOMP
    /// without a receipt.
    case none
    /// One broker has it in memory. Kafka's `acks=1`; elsewhere the same as ``all``.
    case one
    /// All brokers that must have it do, or the one broker has stored it. Kafka's `acks=all`; a STOMP receipt of a
    /// persistent message.
    case all
}
