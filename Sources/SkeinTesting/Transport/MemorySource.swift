import SkeinTransport

/// A connection to a ``MemoryBroker`` that takes in; see ``MemorySender`` for why its calls let others run.
final class MemorySource: TransportSource {
    private let broker: MemoryBroker
    private let features: TransportFeatures
    private let id: Int

    init(broker: MemoryBroker, features: TransportFeatures, id: Int) {
        (self.broker, self.features, self.id) = (broker, features, id)
    }

    func receive(limit: Int) async throws -> [InboundMessage] {
        precondition(limit > 0, "a source is asked for 1 message or more")
        await Task.yield()
        while true {
            try Task.checkCancellation()
            let messages = try broker.change { [id] in try $0.receive(by: id, limit: limit) }
            if !messages.isEmpty { return messages }
            await wait()
        }
    }

    /// Waits until something has changed for this source. A task that is dropped while it waits is never resumed, which
    /// an unsafe continuation does not mind.
    private func wait() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isWoken = broker.change { [id] in $0.wait(continuation, in: id) }
                if isWoken { continuation.resume() }
            }
        } onCancel: { [broker, id] in
            broker.change { $0.wake(id) }
        }
    }

    func acknowledge(_ messages: [InboundMessage]) async throws {
        await Task.yield()
        let result = Result { [id] in try broker.change { try $0.acknowledge(messages, by: id) } }
        await Task.yield()
        try result.get()
    }

    func release(_ messages: [InboundMessage]) async throws {
        guard features.has(.negativeAcknowledgement) else {
            throw TransportError(
                .unsupported,
                "\(broker.label): this transport hands messages back only when its connection ends; close the source")
        }
        await Task.yield()
        try broker.change { [id] in try $0.release(messages, by: id) }
    }

    func backlog() async -> Int? { broker.change { [id] in $0.backlog(of: id) } }

    func close() async { broker.change { [id] in $0.closeSource(id) } }
}
