#if Kafka
public import SkeinTransport

/// Kafka as a transport, on librdkafka. See <doc:SkeinKafka> for topics, headers, guarantees and settings.
///
/// Every sender has one client of librdkafka, every source one for each of its readers. A client has threads of its
/// own; nothing blocks the threads of Swift's tasks.
public struct KafkaTransport: Transport {
    /// Where the cluster is, and how to use it.
    public let configuration: KafkaConfiguration

    /// Connects to nothing yet; a mistake in the configuration is found when a sender or source is opened.
    public init(_ configuration: KafkaConfiguration) { self.configuration = configuration }

    /// "Kafka at broker-1:9092,broker-2:9092".
    public var label: String { "Kafka at \(configuration.address)" }

    /// Everything but negative acknowledgements, dead letters and selectors, which Kafka does not have.
    public var features: TransportFeatures {
        TransportFeatures(
            [
                .orderPerKey, .sharedReaders, .durableReaders, .positions, .replayFromBeginning, .replayFromTime,
                .transactions, .direct, .requestReply,
            ],
            acknowledgements: [.none, .one, .all], maximumMessageSize: configuration.maximumMessageSize)
    }

    /// The brokers and the topic.
    public func location(of destination: Destination, for reader: String) -> String? {
        let topic = try? KafkaTopics.topic(of: destination, by: configuration.topics)
        return topic.map { "\(configuration.address) \($0) \(reader)" }
    }

    /// Connects a producer.
    ///
    /// - Throws: ``TransportError`` with code `configuration` for a property that librdkafka does not know or take;
    ///   otherwise as the contract says.
    public func openSender(_ request: SenderRequest) async throws -> any TransportSender {
        try await KafkaSender.open(configuration, request)
    }

    /// Connects a consumer for each reader.
    ///
    /// - Throws: as ``openSender(_:)``, and with code `unknownDestination` for a topic that is missing and may not be
    ///   made.
    public func openSource(_ request: SourceRequest) async throws -> any TransportSource {
        try await KafkaSource.open(configuration, request)
    }
}

extension Transport where Self == KafkaTransport {
    /// A cluster of Kafka.
    ///
    /// - Parameters:
    ///   - servers: `host:port` of one broker or more, with commas between.
    ///   - configure: changes the defaults.
    public static func kafka(
        _ servers: String, _ configure: (inout KafkaConfiguration) -> Void = { _ in }
    ) -> KafkaTransport {
        var configuration = KafkaConfiguration(servers: servers.split(separator: ",").map(String.init))
        configure(&configuration)
        return KafkaTransport(configuration)
    }
}
#endif
