#if Kafka
import SkeinTransport

/// Consumers of Kafka, one for each reader of the source.
final class KafkaSource: TransportSource {
    private let readers: [Reader]
    /// The reader of each destination.
    private let indices: [Destination: Int]
    private let hub: InboundHub

    private init(_ readers: [Reader], _ hub: InboundHub) {
        (self.readers, self.hub) = (readers, hub)
        var indices: [Destination: Int] = [:]
        for (index, reader) in readers.enumerated() {
            for subscription in reader.plan.subscriptions.values { indices[subscription.destination] = index }
        }
        self.indices = indices
    }

    deinit { for reader in readers { reader.thread.stop() } }

    static func open(_ configuration: KafkaConfiguration, _ request: SourceRequest) async throws -> KafkaSource {
        let hub = InboundHub(window: request.window)
        let plans = try ReaderPlan.plans(for: request, topics: configuration.topics)
        var readers: [Reader] = []
        do {
            for plan in plans { readers.append(try Reader(configuration, request, plan, hub)) }
            let deadline = ContinuousClock.now + configuration.connectTimeout
            try await withThrowingTaskGroup(of: Void.self) { group in
                for reader in readers {
                    group.addTask { try await reader.thread.run { try reader.open(until: deadline) } }
                }
                try await group.waitForAll()
            }
        } catch {
            await close(readers)
            throw error
        }
        return KafkaSource(readers, hub)
    }

    func receive(limit: Int) async throws -> [InboundMessage] { try await hub.receive(limit: limit) }

    func acknowledge(_ messages: [InboundMessage]) async throws {
        guard !messages.isEmpty else { return }
        var byReader: [Int: [InboundMessage]] = [:]
        for message in messages {
            if let index = indices[message.destination] { byReader[index, default: []].append(message) }
        }
        for (index, messages) in byReader {
            let reader = readers[index]
            guard reader.thread.submit({ reader.acknowledge(messages) }) else { throw TransportError.closed }
        }
        hub.acknowledge(messages.count)
    }

    func backlog() async -> Int? {
        var sum: Int?
        for reader in readers {
            guard let count = try? await reader.thread.run({ reader.backlog() }) else { continue }
            sum = (sum ?? 0) + count
        }
        return sum
    }

    func close() async {
        hub.fail(TransportError.closed)
        await Self.close(readers)
    }

    private static func close(_ readers: [Reader]) async {
        for reader in readers { reader.thread.stop() }
        for reader in readers { await reader.thread.ended() }
    }
}
#endif
