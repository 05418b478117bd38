import SkeinTransport

/// The way to a ``MemoryBroker``.
struct MemoryTransport: Transport {
    let broker: MemoryBroker
    let features: TransportFeatures

    var label: String { broker.label }

    func location(of destination: Destination, for reader: String) -> String? {
        "\(ObjectIdentifier(broker)) \(destination.memoryTopic) \(reader)"
    }

    func openSender(_ request: SenderRequest) async throws -> any TransportSender {
        if request.transactionalID != nil { try require(.transactions, "sending with a transactional id") }
        guard features.acknowledgements.contains(request.acknowledgement) else {
            let offered = features.acknowledgements.map(\.rawValue).sorted().joined(separator: ", ")
            throw TransportError(
                .unsupported,
                "\(label): the acknowledgement '\(request.acknowledgement.rawValue)' is not offered; choose of: "
                    + offered)
        }
        await Task.yield()
        return MemorySender(broker: broker, features: features, id: try broker.change { try $0.openSender(request) })
    }

    func openSource(_ request: SourceRequest) async throws -> any TransportSource {
        if case .group = request.sharing { try require(.sharedReaders, "a source of a group") }
        if !request.places.isEmpty { try require(.positions, "going on at places") }
        for subscription in request.subscriptions {
            switch subscription.beginning {
            case .now: break
            case .beginning: try require(.replayFromBeginning, "reading from the beginning")
            case .time: try require(.replayFromTime, "reading from a time")
            }
            switch subscription.destination {
            case .events, .catalogue: break
            case .commands: try require(.direct, "reading \(subscription.destination)")
            case .replies: try require(.requestReply, "reading \(subscription.destination)")
            }
        }
        guard request.window > 0 else {
            throw TransportError(.configuration, "\(label): a source needs a window of 1 or more messages")
        }
        await Task.yield()
        let id = try broker.change { [features] in try $0.openSource(request, features: features) }
        return MemorySource(broker: broker, features: features, id: id)
    }

    private func require(_ ability: TransportAbility, _ what: String) throws {
        guard !features.has(ability) else { return }
        throw TransportError(
            .unsupported,
            "\(label): \(what) needs the ability '\(ability.rawValue)', which this transport does not have; do "
                + "without, or use a channel whose transport has it")
    }
}
