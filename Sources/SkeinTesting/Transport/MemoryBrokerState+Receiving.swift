import SkeinMessages
import SkeinTransport

extension MemoryBrokerState {
    /// Where a message lies that a source may get next.
    private struct Candidate {
        var key: MemoryReading.Key
        var partition: Int
        var offset: Int64
    }

    /// What a source gets now; empty when it has to wait.
    mutating func receive(by id: Int, limit: Int) throws -> [InboundMessage] {
        try checkSource(id)
        try disconnectAtRandom(id)
        if happens(\.rebalance) { rebalanceGroups() }
        guard let source = sources[id] else { return [] }
        var result: [InboundMessage] = []
        while result.count < limit, (sources[id]?.hand.count ?? .max) < source.request.window {
            guard let next = repeated(for: id) ?? candidate(for: id), let message = handOut(next, to: id) else { break }
            result.append(message)
        }
        return result
    }

    private mutating func handOut(_ candidate: Candidate, to id: Int) -> InboundMessage? {
        let (key, index, offset) = (candidate.key, candidate.partition, candidate.offset)
        guard let topic = topics[key.topic], let hasPlaces = sources[id]?.hasPlaces else { return nil }
        let stored = topic.partitions[index][offset]
        let isKnown = readings[key]?.partitions[index].handedOut.contains(offset) ?? false
        readings[key]?.partitions[index].handOut(offset)
        sources[id]?.lastReceipt += 1
        let receipt = sources[id]?.lastReceipt ?? 0
        sources[id]?.hand[receipt] = Source.InHand(reading: key, partition: index, offset: offset)
        let origin = BrokerPosition(
            topic: key.topic, partition: hasPlaces ? index : 0, offset: hasPlaces ? offset : nil,
            messageID: hasPlaces ? nil : "\(index)-\(offset)")
        return InboundMessage(
            stored.content, by: topic.destination, from: origin, receipt: receipt, replyTo: stored.replyTo,
            isRepeated: stored.isRepeated || isKnown)
    }

    /// The message that was stored first, of those that have not come; with reordering any that no earlier one of its
    /// key has to precede. Where messages have places, a partition keeps its order all the same.
    private mutating func candidate(for id: Int) -> Candidate? {
        let isReordered = happens(\.reordering)
        let limit = isReordered && sources[id]?.hasPlaces == false ? 8 : 1
        var found: [(candidate: Candidate, sequence: Int64)] = []
        for (key, index) in owned(by: id) {
            guard let stored = topics[key.topic]?.partitions[index] else { continue }
            for offset in readings[key]?.partitions[index].candidates(in: stored, limit: limit) ?? [] {
                let candidate = Candidate(key: key, partition: index, offset: offset)
                found.append((candidate, stored[offset].sequence))
            }
        }
        guard !found.isEmpty else { return nil }
        if isReordered { return found[draw(below: found.count)].candidate }
        return found.min { $0.sequence < $1.sequence }?.candidate
    }

    /// A message that has come already and comes again, if that fault comes about.
    private mutating func repeated(for id: Int) -> Candidate? {
        guard happens(\.repeatedDelivery) else { return nil }
        let parts = owned(by: id)
        guard !parts.isEmpty, case let part = parts[draw(below: parts.count)],
            let reading = readings[part.key]?.partitions[part.index],
            let stored = topics[part.key.topic]?.partitions[part.index],
            case let lowest = max(reading.floor, stored.first), lowest < reading.cursor
        else { return nil }
        let offset = lowest + Int64(draw(below: Int(reading.cursor - lowest)))
        return Candidate(key: part.key, partition: part.index, offset: offset)
    }

    mutating func disconnectAtRandom(_ id: Int) throws {
        guard happens(\.disconnectedSource) else { return }
        end(id, TransportError(.disconnected, "\(label): the connection is lost, as planned"))
        try checkSource(id)
    }

    /// Moves all partitions of groups to their next members, or hands them out anew to the only one.
    mutating func rebalanceGroups() {
        for key in readings.keys.sorted(by: { ($0.topic, $0.reader) < ($1.topic, $1.reader) }) {
            guard let members = readings[key]?.members, members.contains(where: isInGroup) else { continue }
            readings[key]?.rotation += 1
            divide(key, anew: true)
        }
    }

    private func isInGroup(_ source: Int) -> Bool {
        if case .group? = sources[source]?.request.sharing { true } else { false }
    }
}
