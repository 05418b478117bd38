#if Kafka
import SkeinKafka
import SkeinTransport
import Testing

@Suite("Kafka: the module's page")
struct ModulePageTests {
    @Test("shows a configuration that holds what it says")
    func page() {
        let password = "secret"
        let transport = KafkaTransport.kafka("broker-1:9092,broker-2:9092") {
            $0.topicCreation = .create(partitions: 12, replicas: 3)
            $0.compression = .lz4
            $0.security = KafkaSecurity(
                tls: .init(authorities: "/etc/ssl/kafka.pem"),
                login: .init(.scram512, user: "payment", password: password))
        }
        #expect(transport.configuration.servers == ["broker-1:9092", "broker-2:9092"])
        #expect(transport.label == "Kafka at broker-1:9092,broker-2:9092")
        #expect(!transport.configuration.description.contains(password))
        let features = transport.features
        #expect(features.has(.transactions) && features.has(.positions) && !features.has(.negativeAcknowledgement))
        #expect(features.maximumMessageSize == 1_000_000)
        #expect(features.acknowledgements == Set(Acknowledgement.allCases))
    }
}
#endif
