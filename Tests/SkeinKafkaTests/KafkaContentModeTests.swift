import SkeinKafka
import Testing

@Suite("Kafka: content modes")
struct KafkaContentModeTests {
    @Test("there are the two modes of the binding")
    func two() { #expect(KafkaContentMode.allCases == [.binary, .structured]) }
}
