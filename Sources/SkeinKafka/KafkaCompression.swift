/// How batches of records are compressed on their way and in the broker's files. The raw values are Kafka's names.
public enum KafkaCompression: String, Sendable, Hashable, CaseIterable {
    /// Not at all.
    case none
    /// Small, and dear in processor time.
    case gzip
    /// Cheap.
    case snappy
    /// Cheap, and smaller than `snappy` for most texts.
    case lz4
    /// The smallest for its price; needs brokers of version 2.1 or later.
    case zstd
}
