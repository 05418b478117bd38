import SkeinMessages
import SkeinTransport

extension MemoryBrokerState {
    mutating func openSource(_ request: SourceRequest, features: TransportFeatures) throws -> Int {
        try checkRunning()
        if happens(\.failedOpening) { throw TransportError(.disconnected, "\(label): no connection, as planned") }
        let id = nextID()
        var keys: [MemoryReading.Key] = []
        for subscription in request.subscriptions {
            let topic = topic(of: subscription.destination)
            // Whoever is connected gets the catalogue, each for itself.
            let isCatalogue = subscription.destination == .catalogue
            let name = isCatalogue ? "\(request.process)#\(id)" : subscription.reader(of: request.process)
            let key = MemoryReading.Key(topic: topic, reader: name)
            guard !keys.contains(key) else { continue }
            keys.append(key)
            if readings[key] == nil {
                let isDurable = features.has(.durableReaders) && !isCatalogue
                let partitions = topics[topic]?.partitions ?? []
                readings[key] = MemoryReading(
                    partitions: partitions.map { .init(next: $0.place(of: subscription.beginning)) },
                    isDurable: isDurable)
            }
        }
        sources[id] = Source(
            request: request, hasPlaces: features.has(.positions), readings: keys, places: request.places)
        replaceSources(by: id)
        for key in keys {
            readings[key]?.members.append(id)
            divide(key)
        }
        return id
    }

    /// Ends the sources that may not be beside a new one.
    private mutating func replaceSources(by id: Int) {
        guard let new = sources[id] else { return }
        for (other, source) in sources.sorted(by: { $0.key < $1.key }) where other != id {
            guard let shared = source.readings.first(where: new.readings.contains) else { continue }
            if case .group(let member) = new.request.sharing, case .group(let otherMember) = source.request.sharing,
                member != otherMember
            {
                continue
            }
            let text = "\(label): another source reads \(shared.topic) as '\(shared.reader)'; it has taken over"
            end(other, TransportError(.disconnected, text))
        }
    }

    /// Lets a source fail; what it has in hand comes again to the next one.
    mutating func end(_ id: Int, _ error: TransportError) {
        guard let source = sources[id] else { return }
        wake(id)
        sources[id] = nil
        endings[id] = error
        for key in source.readings {
            readings[key]?.members.removeAll { $0 == id }
            divide(key)
            if let reading = readings[key], !reading.isDurable, reading.members.isEmpty { readings[key] = nil }
        }
    }

    mutating func closeSource(_ id: Int) {
        end(id, TransportError(.closed, "\(label): the source is closed"))
        endings[id] = nil
    }

    /// Divides the partitions of a reading among its members, in the order of their names.
    ///
    /// - Parameter anew: also partitions that stay where they are begin again with what was not acknowledged.
    mutating func divide(_ key: MemoryReading.Key, anew: Bool = false) {
        guard let reading = readings[key] else { return }
        let members = reading.members.sorted { memberName($0) < memberName($1) }
        for index in reading.partitions.indices {
            let owner = members.isEmpty ? nil : members[(index + reading.rotation) % members.count]
            let older = reading.partitions[index].owner
            guard anew || owner != older else { continue }
            if let older { drop(key, index, from: older) }
            if let owner, let place = takePlace(of: owner, key.topic, index) {
                let oldest = topics[key.topic]?.partitions[index].first ?? 0
                readings[key]?.partitions[index].move(to: max(place, oldest))
            }
            readings[key]?.partitions[index].assign(to: owner)
            if let owner { wake(owner) }
        }
    }

    private func memberName(_ source: Int) -> String {
        if case .group(let member)? = sources[source]?.request.sharing { member } else { "" }
    }

    /// Takes from a source's hand what it has of a partition.
    private mutating func drop(_ key: MemoryReading.Key, _ partition: Int, from source: Int) {
        guard let hand = sources[source]?.hand else { return }
        sources[source]?.hand = hand.filter { $0.value.reading != key || $0.value.partition != partition }
    }

    /// Where a source goes on in a partition that it has not had yet.
    private mutating func takePlace(of source: Int, _ topic: String, _ partition: Int) -> Int64? {
        guard let places = sources[source]?.places,
            let index = places.firstIndex(where: { $0.topic == topic && $0.partition == partition })
        else { return nil }
        sources[source]?.places.remove(at: index)
        return places[index].next
    }

    mutating func acknowledge(_ messages: [InboundMessage], by id: Int) throws {
        try checkSource(id)
        for message in messages {
            guard let taken = sources[id]?.hand.removeValue(forKey: message.receipt) else { continue }
            if happens(\.lostAcknowledgement) {
                comeAgain(taken)
            } else {
                readings[taken.reading]?.partitions[taken.partition].acknowledge(taken.offset)
            }
        }
        wake(id)
        try disconnectAtRandom(id)
    }

    mutating func release(_ messages: [InboundMessage], by id: Int) throws {
        try checkSource(id)
        for message in messages {
            guard let taken = sources[id]?.hand.removeValue(forKey: message.receipt) else { continue }
            comeAgain(taken)
        }
        wake(id)
    }

    private mutating func comeAgain(_ taken: Source.InHand) {
        guard let partition = readings[taken.reading]?.partitions[taken.partition],
            !partition.isAcknowledged(taken.offset)
        else { return }
        readings[taken.reading]?.partitions[taken.partition].again.insert(taken.offset)
    }

    func backlog(of id: Int) -> Int? {
        guard sources[id] != nil, !isStopped else { return nil }
        return owned(by: id).reduce(0) { sum, part in
            guard let stored = topics[part.key.topic]?.partitions[part.index] else { return sum }
            return sum + (readings[part.key]?.partitions[part.index].backlog(in: stored) ?? 0)
        }
    }

    func checkSource(_ id: Int) throws {
        guard sources[id] != nil else {
            throw endings[id] ?? TransportError(.closed, "\(label): the source is closed")
        }
        try checkRunning()
    }

    /// The partitions that a source takes.
    func owned(by id: Int) -> [(key: MemoryReading.Key, index: Int)] {
        (sources[id]?.readings ?? []).flatMap { key in
            (readings[key]?.partitions.indices ?? 0..<0).filter { readings[key]?.partitions[$0].owner == id }
                .map { (key, $0) }
        }
    }
}
