import SkeinStorage

/// What removes all that a store has of a channel: its place in the log, what is parked for it with the incidents, its
/// places at the broker, and its report.
package enum ChannelRemoval {
    /// - Parameters:
    ///   - resolution: what the incidents are closed with.
    ///   - passed: the places of parked messages that stay.
    package static func writes(
        for channel: String, reader: any StoreReader, now: Timestamp, resolution: String, except passed: Set<Int64> = []
    ) throws -> [StoreWrite] {
        let relay = "relay/\(channel)"
        var writes = try parked(relay, reader).filter { !passed.contains($0.position) }.flatMap {
            removing($0, now: now, resolution: resolution)
        }
        for topic in Set(try reader.sourcePlaces(channel: channel).map(\.topic)).sorted() {
            writes.append(.removeSourcePlaces(channel: channel, topic: topic))
        }
        return writes + [.removePosition(subscription: relay), .removeChannel(name: channel)]
    }

    static func removing(_ row: ParkedRow, now: Timestamp, resolution: String) -> [StoreWrite] {
        let removal = StoreWrite.removeParked(subscription: row.subscription, key: row.key, position: row.position)
        guard let incident = row.incident else { return [removal] }
        return [removal, .resolveIncident(id: incident, at: now, resolution: resolution)]
    }

    static func parked(_ subscription: String, _ reader: any StoreReader) throws -> [ParkedRow] {
        var rows: [ParkedRow] = []
        var last: ParkedCursor?
        while case let page = try reader.parked(subscription: subscription, after: last, limit: 500),
            let end = page.last
        {
            rows += page
            last = ParkedCursor(key: end.key, position: end.position)
        }
        return rows
    }
}
