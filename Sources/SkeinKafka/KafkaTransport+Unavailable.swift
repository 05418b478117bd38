#if !Kafka
public import SkeinTransport

/// The transport of Kafka, which this build leaves out.
@available(*, unavailable, message: "Add the trait Kafka to the dependency on skein, which needs librdkafka.")
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
        throw TransportError(.unsupported, "add the trait Kafka to the dependency on skein")
    }

    /// Throws.
    public func openSource(_ request: SourceRequest) async throws -> any TransportSource {
        throw TransportError(.unsupported, "add the trait Kafka to the dependency on skein")
    }
}

@available(*, unavailable, message: "Add the trait Kafka to the dependency on skein, which needs librdkafka.")
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
