#if Kafka
import SkeinTransport

/// A producer of Kafka on a thread of its own.
final class KafkaSender: TransportSender {
    private let producer: Producer
    private let configuration: KafkaConfiguration

    private init(_ producer: Producer, _ configuration: KafkaConfiguration) {
        (self.producer, self.configuration) = (producer, configuration)
    }

    deinit { producer.thread.stop() }

    static func open(_ configuration: KafkaConfiguration, _ request: SenderRequest) async throws -> KafkaSender {
        let producer = try Producer(configuration, request)
        let sender = KafkaSender(producer, configuration)
        do {
            try await producer.thread.run { try producer.open() }
        } catch {
            await sender.close()
            throw error
        }
        return sender
    }

    func send(_ batch: OutboundBatch) async throws -> [SendOutcome] {
        guard batch.place == nil || producer.request.transactionalID != nil else {
            throw TransportError(
                .unsupported,
                "Kafka at \(configuration.address) keeps a place only with a transaction; open the sender with a "
                    + "transactional id, or send batches without a place")
        }
        return try await withCheckedThrowingContinuation { continuation in
            let (producer, messages, place) = (producer, batch.messages, batch.place)
            let isAccepted = producer.thread.submit {
                producer.begin(SendPlan(messages), place: place) { continuation.resume(with: $0) }
            }
            guard isAccepted else { return continuation.resume(throwing: TransportError.closed) }
            for start in stride(from: 0, to: messages.count, by: Self.piece) {
                let end = min(start + Self.piece, messages.count)
                // Messages become records here, where several senders can do that at once, while the thread hands over
                // those before. Should the thread end, it finishes the batch.
                let records = messages[start..<end].map(record)
                producer.thread.submit { producer.add(records, from: start) }
            }
            producer.thread.submit { producer.endBatch() }
        }
    }

    /// How many messages are handed over to the thread together.
    private static let piece = 128

    private func record(_ message: OutboundMessage) -> Producer.Entry {
        do throws(TransportError) {
            let topic = try KafkaTopics.topic(of: message.destination, by: configuration.topics)
            return .success((topic, try KafkaRecord(message, mode: configuration.contentMode)))
        } catch {
            return .failure(error)
        }
    }

    func committedPlace() async throws -> String? {
        let producer = producer
        return try await producer.thread.run { try producer.committedPlace() }
    }

    func close() async {
        producer.thread.stop()
        await producer.thread.ended()
    }
}
#endif
