/// How a message lies in a record of Kafka (CloudEvents Kafka protocol binding 1.0.2, section 3). Sources read both.
public enum KafkaContentMode: String, Sendable, Hashable, CaseIterable {
    /// Attributes as headers, the payload as it is.
    case binary
    /// The whole event as JSON.
    case structured
}
