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
        // Messages become records here, where several senders can do that at once.
        var plan = SendPlan(batch.messages)
        var records: [Producer.Record?] = []
        records.reserveCapacity(batch.messages.count)
        for (index, message) in batch.messages.enumerated() {
            records.append(nil)
            guard plan.admits(index) else { continue }
            do throws(TransportError) {
                let topic = try KafkaTopics.topic(of: message.destination, by: configuration.topics)
                records[index] = (topic, try KafkaRecord(message, mode: configuration.contentMode))
            } catch {
                plan.settle(index, .refused(error))
            }
        }
        let (producer, place) = (producer, batch.place)
        return try await withCheckedThrowingContinuation { [plan, records] continuation in
            let isAccepted = producer.thread.submit {
                producer.send(plan, records, place: place) { continuation.resume(with: $0) }
            }
            if !isAccepted { continuation.resume(throwing: TransportError.closed) }
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
