import SkeinTransport

/// A connection to a ``MemoryBroker`` that sends.
///
/// Each call gives others the chance to run before and after what it does, so that a simulation can order them in every
/// way, and a process can die between what the broker does and hearing of it.
final class MemorySender: TransportSender {
    private let broker: MemoryBroker
    private let features: TransportFeatures
    private let id: Int

    init(broker: MemoryBroker, features: TransportFeatures, id: Int) {
        (self.broker, self.features, self.id) = (broker, features, id)
    }

    func send(_ batch: OutboundBatch) async throws -> [SendOutcome] {
        await Task.yield()
        let time = broker.clock.now
        let outcomes = Result { [id, features] in
            try broker.change { try $0.send(batch, by: id, features: features, at: time) }
        }
        await Task.yield()
        return try outcomes.get()
    }

    func committedPlace() async throws -> String? {
        await Task.yield()
        return try broker.change { [id] in try $0.committedPlace(of: id) }
    }

    func whenLost(_ notice: @escaping @Sendable (TransportError) -> Void) {
        broker.change { [id] in $0.watchSender(id, notice) }
    }

    func close() async { broker.change { [id] in $0.closeSender(id) } }
}
