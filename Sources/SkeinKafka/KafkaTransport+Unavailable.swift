#if !Kafka
public import SkeinTransport

/// The transport of Kafka, which this build leaves out.
@available(*, unavailable, message: "build with --traits Kafka, which needs librdkafka (Debian: librdkafka-dev)")
public struct KafkaTransport: Transport {
    /// Where the cluster is, and how to use it.
    public let configuration: KafkaConfiguration

    public init(_ configuration: KafkaConfiguration) { self.configuration = configuration }

    /// The brokers' addresses.
    public var label: String { "Kafka at \(configuration.address)" }

    /// None.
    public var features: TransportFeatures { TransportFeatures([]) }

    /// Throws.
    public func openSender(_ request: SenderRequest) async throws -> any TransportSender {
        throw TransportError(.unsupported, "build with --traits Kafka")
    }

    /// Throws.
    public func openSource(_ request: SourceRequest) async throws -> any TransportSource {
        throw TransportError(.unsupported, "build with --traits Kafka")
    }
}

@available(*, unavailable, message: "build with --traits Kafka, which needs librdkafka (Debian: librdkafka-dev)")
extension Transport where Self == KafkaTransport {
    /// A cluster of Kafka.
    public static func kafka(
        _ servers: String, _ configure: (inout KafkaConfiguration) -> Void = { _ in }
    ) -> KafkaTransport {
        var configuration = KafkaConfiguration(servers: servers.split(separator: ",").map(String.init))
        configure(&configuration)
        return KafkaTransport(configuration)
    }
}
#endif
