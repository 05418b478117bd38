public import SkeinTransport

/// How to reach a cluster of Kafka, and what to do with it.
public struct KafkaConfiguration: Sendable {
    /// `host:port` of some of the brokers, which tell the addresses of the others.
    public var servers: [String]
    /// How messages are written. Sources read both modes.
    public var contentMode = KafkaContentMode.binary
    /// The topic of each destination. All processes on the channel need the same rule.
    public var topics: @Sendable (Destination) -> String = { KafkaTopics.perComponent($0) }
    /// What happens when a topic is missing.
    public var topicCreation = KafkaTopicCreation.never
    /// How batches are compressed.
    public var compression = KafkaCompression.none
    /// How long a message may wait for others that go with it, 0 or more.
    public var linger: Duration = .milliseconds(5)
    /// The largest message in bytes, with key and headers: 1,000 to 1,000,000,000, and no more than the brokers and
    /// topics admit (`message.max.bytes`, `max.message.bytes`).
    public var maximumMessageSize = 1_000_000
    /// Encryption and login.
    public var security = KafkaSecurity.none
    /// How long opening may take.
    public var connectTimeout: Duration = .seconds(10)
    /// How often acknowledged places are committed to Kafka, where its own tools see them; more than zero.
    public var commitInterval: Duration = .seconds(1)
    /// How often all places are told to Kafka again, also those that have not moved. Kafka forgets a place that nobody
    /// has told for `offsets.retention.minutes`, a week by default; a reader to which nothing ever came has no other
    /// one, and would begin as a new one does. More than zero.
    public var commitRenewal: Duration = .seconds(6 * 3600)
    /// How often a source that is alone looks for new partitions; more than zero.
    public var partitionDiscovery: Duration = .seconds(30)
    /// How long a source waits for acknowledgements of what it has handed out when the group takes partitions from it.
    public var revocationPatience: Duration = .seconds(5)
    /// How long a partition may bring nothing although the broker has more of it. Then the source fails, and the
    /// runtime opens another one: librdkafka can keep asking a broker that does not lead the partition any more. It
    /// must be longer than brokers wait before they answer a fetch (`fetch.wait.max.ms`, 500 ms), and than a client
    /// takes to connect again.
    public var standstillPatience: Duration = .seconds(30)
    /// Further properties of librdkafka, by its names (`socket.keepalive.enable`); they win over what this adapter
    /// chooses. Those on which its guarantees rest are refused, except `isolation.level`: with `read_uncommitted` a
    /// reader sees what was aborted.
    public var properties: [String: String] = [:]

    /// - Parameter servers: `host:port` of one broker or more.
    public init(servers: [String]) { self.servers = servers }
}

extension KafkaConfiguration: CustomStringConvertible {
    /// The brokers and how they are reached, without passwords.
    public var description: String { "Kafka at \(address) (\(security))" }

    /// The brokers, for errors.
    var address: String { servers.joined(separator: ",") }
}
