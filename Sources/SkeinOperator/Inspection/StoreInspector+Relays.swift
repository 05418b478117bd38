import SkeinCore
import SkeinSQLite
import SkeinStorage

extension StoreInspector {
    /// The relays of the channels, by name.
    ///
    /// Reads what was written here above the place of each, 100,000 messages at most. Which events a channel carries,
    /// only its process knows: where that leaves some out, they count as waiting until the place has passed them.
    ///
    /// - Throws: `StoreError` with code `corrupt` for a report that cannot be read.
    public func relays() throws -> [RelayView] {
        let (entries, channels) = (try catalogueEntries(), try channels())
        let suspensions = try suspendedChannels()
        return try channels.map { channel in
            let subscription = "relay/\(channel.name)"
            let place = try reader.position(of: subscription)
            var departures = Departures(ChannelRoute(channel, among: channels, entries))
            let isWhole = try read(above: place, into: &departures)
            let parked = try reader.parked(subscription: subscription, after: nil, limit: 1000)
            let stopped = try parked.filter { $0.state != .skipped }.sorted { $0.position < $1.position }.map { row in
                let record = try reader.record(at: row.position)
                return RelayView.StoppedKey(
                    key: row.key, position: row.position, messageID: record?.envelope.id,
                    messageName: record?.envelope.name.rawValue, incident: row.incident, attempts: row.attempts,
                    nextAttempt: row.nextAt, failingSince: row.failingSince, error: row.error,
                    behind: departures.positions[row.key, default: []].count { $0 > row.position })
            }
            return RelayView(
                channel: channel.name, position: place?.position ?? 0,
                completedAbove: (place?.completed ?? []).reduce(0) { $0 + $1.count }, hasProcess: owner != nil,
                isGone: channel.isGone == true, suspendedSince: suspensions[channel.name], connection: channel.sending,
                sent: channel.sent, waiting: departures.waiting, isWhole: isWhole, stopped: stopped)
        }
    }

    /// - Returns: whether all was read.
    private func read(above place: PositionRow?, into departures: inout Departures) throws -> Bool {
        var (last, count) = (place?.position ?? 0, 0)
        while count < 100_000 {
            var conditions = SQLConditions()
            conditions.add("position > ?", .number(last))
            conditions.add("origin IS NULL")
            let page = try records(conditions, newestFirst: false, limit: 1000)
            guard let end = page.last else { return true }
            for record in page where place?.hasCompleted(record.position) != true { departures.add(record) }
            (last, count) = (end.position, count + page.count)
        }
        return false
    }
}

/// Sorts what waits to leave by a channel by its destinations.
private struct Departures {
    private let route: ChannelRoute
    private var found: [String: RelayView.Waiting] = [:]
    /// The places of what waits, by key.
    private(set) var positions: [String: [Int64]] = [:]

    init(_ route: ChannelRoute) { self.route = route }

    var waiting: [RelayView.Waiting] { found.values.sorted { $0.position < $1.position } }

    mutating func add(_ record: LogRecord) {
        guard let destination = route.destination(of: record) else { return }
        let first = RelayView.Waiting(
            destination: destination, count: 0, oldest: record.envelope.time, position: record.position)
        found[destination, default: first].count += 1
        positions[record.envelope.subject, default: []].append(record.position)
    }
}
