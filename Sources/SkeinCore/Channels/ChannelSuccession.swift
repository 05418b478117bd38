import SkeinStorage
import SkeinTransport
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What the channels of the last start leave to those of this one, where the configuration has changed since: what they
/// had not sent to a component goes by the channel that leads to the component now.
///
/// The channel of the last start is known by its report in the store. A channel with a new name that leads to the same
/// components, or like the old one to none and to the same broker, goes on where the old one was, in the log and at the
/// broker. A channel that nobody succeeds stays as it is, and is reported: what it had not sent is not lost, and holds
/// the log.
struct ChannelSuccession {
    private(set) var writes: [StoreWrite] = []
    private var places: [String: PositionRow] = [:]
    /// The places of parked messages that successors have got.
    private var passed: Set<Int64> = []
    /// The rows of parked messages that each relay gets.
    private var handed: [String: [ParkedRow]] = [:]
    /// The reports of the channels that go on for others, so that a start that fails after this one, or one with the
    /// configuration of before, finds what they have been given.
    private var successors: [String: ChannelReport] = [:]
    /// What is to be told, by channel.
    private(set) var problems: [String: String] = [:]

    private let plan: ChannelPlan
    private let catalogue: Catalogue
    private let reader: any StoreReader
    private let now: Timestamp
    private let reports: [String: ChannelReport]

    /// - Throws: ``StoreError``; ``ConfigurationError`` when messages wait for a component to which no channel leads
    ///   any more.
    init(_ plan: ChannelPlan, catalogue: Catalogue, reader: any StoreReader, now: Timestamp) throws {
        (self.plan, self.catalogue, self.reader, self.now) = (plan, catalogue, reader, now)
        var reports: [String: ChannelReport] = [:]
        for row in try reader.channels() {
            // A report that cannot be read is written anew by its channel; without one nothing is known.
            reports[row.name] = try? JSONDecoder().decode(ChannelReport.self, from: row.description)
        }
        self.reports = reports
        for report in reports.values.sorted(by: { $0.name < $1.name }) {
            guard let place = try reader.position(of: Self.relay(report.name)) else { continue }
            passed = []
            try hand(over: report, place)
        }
        for (relay, rows) in handed.sorted(by: { $0.key < $1.key }) { try put(rows, of: relay) }
        for report in successors.values.sorted(by: { $0.name < $1.name }) {
            writes.append(.putChannel(name: report.name, description: try JSONEncoder.sorted.encode(report)))
        }
    }

    /// The places of relays that change.
    var positions: [PositionRow] { places.values.sorted { $0.subscription < $1.subscription } }

    var isEmpty: Bool { writes.isEmpty && places.isEmpty }

    /// The channels in whose place each has come, by its name.
    var formerNames: [String: [String]] {
        reports.merging(successors) { $1 }.compactMapValues(\.succeeds)
    }

    private static func relay(_ channel: String) -> String { "relay/\(channel)" }

    private mutating func hand(over old: ChannelReport, _ place: PositionRow) throws {
        let isGone = !plan.channels.contains { $0.name == old.name }
        let moves = try moves(from: old, isGone: isGone)
        let led = Set(plan.channels.flatMap { $0.remotes.map(\.component) })
        let cutOff = old.remotes.filter { !led.contains($0) }
        let waiting = try count(above: place, for: cutOff)
        if !isGone, waiting > 0 { throw unsent(waiting, by: old.name, to: cutOff) }
        guard isGone || !moves.isEmpty || !cutOff.isEmpty else { return }
        for move in moves {
            try hand(over: old, place, move, isGone: isGone)
            let parked = try ChannelRemoval.parked(Self.relay(old.name), reader)
            for row in parked where try leads(move, to: row, takesEvents: isGone) {
                pass(row, to: move.successor.relay)
            }
            note(move)
        }
        let moved = Set(moves.flatMap(\.components))
        if isGone, !moves.isEmpty, waiting == 0, old.remotes.allSatisfy({ moved.contains($0) || isHere($0) }) {
            writes += try ChannelRemoval.writes(
                for: old.name, reader: reader, now: now, resolution: "another channel", except: passed)
        } else {
            // What is written from now on for a component that has moved here is none of the channel's business, also
            // if the process dies before the channel has written its own report.
            try keep(old, place, without: isGone ? moved : moved.union(cutOff), isGone: isGone)
        }
    }

    private func moves(from old: ChannelReport, isGone: Bool) throws -> [Move] {
        var moves = plan.channels.filter { $0.name != old.name }.compactMap { channel -> Move? in
            let components = channel.remotes.map(\.component).filter(old.remotes.contains)
            return components.isEmpty ? nil : Move(old: old.name, successor: channel, components: Set(components))
        }
        if isGone, old.remotes.isEmpty {
            // One that led to no component, and only published and answered, is known by its broker.
            let alike = try plan.channels.filter { channel in
                try channel.remotes.isEmpty && channel.channel.transport.label == old.transport
                    && reader.position(of: channel.relay) == nil
            }
            if alike.count == 1 { moves = [Move(old: old.name, successor: alike[0], components: [])] }
        }
        guard isGone, !moves.isEmpty else { return moves }
        let heir = moves.firstIndex { $0.successor.channel.transport.label == old.transport } ?? 0
        moves[heir].isHeir = true
        for name in [old.name] + (old.succeeds ?? []) { moves[heir].successor.ways[name] = moves[heir].successor.name }
        return moves
    }

    /// Components that are reached by another channel than before.
    private struct Move {
        var old: String
        var successor: ChannelPlan.Planned
        var components: Set<String>
        /// Whether the successor answers the questions that came by the old channel.
        var isHeir = false
    }

    /// Writes down what a successor has been given.
    private mutating func note(_ move: Move) {
        let planned = move.successor
        let connection = ChannelReport.Connection(state: .stopped, since: now)
        var report =
            successors[planned.name] ?? reports[planned.name]
            ?? ChannelReport(
                name: planned.name, transport: planned.channel.transport.label, process: planned.process,
                sending: connection, takingIn: connection)
        report.remotes += move.components.subtracting(report.remotes).sorted()
        if move.isHeir {
            let names = [move.old] + (reports[move.old]?.succeeds ?? []) + (report.succeeds ?? [])
            report.succeeds = Set(names).subtracting([planned.name]).sorted()
        }
        successors[planned.name] = report
    }

    private func isHere(_ component: String) -> Bool { catalogue.registries.contains { $0.component == component } }

    /// How many messages above a place go to one of some components and have not left.
    private func count(above place: PositionRow, for components: [String]) throws -> Int {
        guard !components.isEmpty else { return 0 }
        return try records(above: place) { record in
            record.origin.isOwn && record.envelope.recipient.map(components.contains) ?? false
        }.count
    }

    private func unsent(_ count: Int, by channel: String, to components: [String]) -> ConfigurationError {
        let names = components.map { "'\($0)'" }.joined(separator: ", ")
        return ConfigurationError([
            "\(count) messages to \(names) have not left by channel '\(channel)', and no channel leads there any more; "
                + "keep the Remote until they have left ('skein relay' shows them), or start once without the channel "
                + "and give them up with 'skein channels --forget \(channel)'"
        ])
    }

    private mutating func hand(
        over old: ChannelReport, _ place: PositionRow, _ move: Move, isGone: Bool
    ) throws {
        let successor = move.successor
        if let row = try places[successor.relay] ?? reader.position(of: successor.relay) {
            let route = ChannelRoute(channel: successor, catalogue: catalogue)
            let unsent = try records(above: place) { takes($0, route, move, takesEvents: isGone) }
            if !unsent.isEmpty { places[successor.relay] = row.reopened(unsent) }
        } else {
            places[successor.relay] = PositionRow(
                subscription: successor.relay, position: place.position, completed: place.completed)
        }
        guard isGone, old.transport == successor.channel.transport.label else { return }
        let taken = Set(try reader.sourcePlaces(channel: successor.name).map { "\($0.topic)/\($0.partition)" })
        for row in try reader.sourcePlaces(channel: old.name) where !taken.contains("\(row.topic)/\(row.partition)") {
            var row = row
            row.channel = successor.name
            writes.append(.putSourcePlace(row))
        }
    }

    /// The positions of messages that a place does not cover and that satisfy a condition.
    private func records(above place: PositionRow, where isMeant: (LogRecord) -> Bool) throws -> [Int64] {
        var found: [Int64] = []
        var last = place.position
        while case let page = try reader.records(after: last, limit: 512), let end = page.last {
            for record in page where !place.hasCompleted(record.position) && isMeant(record) {
                found.append(record.position)
            }
            last = end.position
        }
        return found
    }

    /// Whether a message that the old channel could not send is sent by a successor.
    private func leads(_ move: Move, to row: ParkedRow, takesEvents: Bool) throws -> Bool {
        guard !passed.contains(row.position), let record = try reader.record(at: row.position) else { return false }
        let route = ChannelRoute(channel: move.successor, catalogue: catalogue)
        return takes(record, route, move, takesEvents: takesEvents)
    }

    /// Whether a message that the old channel had not sent is the successor's matter. One that has sent the event
    /// itself sends it again, and readers drop it by its id.
    private func takes(_ record: LogRecord, _ route: ChannelRoute, _ move: Move, takesEvents: Bool) -> Bool {
        switch route.outbound(record)?.destination {
        case .commands(let component)?: move.components.contains(component)
        case .events?: takesEvents
        // The answers that it sends for a channel that is not there any more.
        case .replies?: ChannelRoute.replyAddress(of: record.envelope)?.channel == move.old
        case .catalogue?, nil: false
        }
    }

    /// Keeps what an operator has decided about a message that was stopped: edited, or skipped.
    private mutating func pass(_ row: ParkedRow, to relay: String) {
        passed.insert(row.position)
        writes.append(.removeParked(subscription: row.subscription, key: row.key, position: row.position))
        var next = row
        next.subscription = relay
        handed[relay, default: []].append(next)
    }

    /// Gives a relay rows of parked messages. Only the first message of a key stops it, so what is known of those
    /// behind it goes, but for what an operator has decided.
    private mutating func put(_ rows: [ParkedRow], of relay: String) throws {
        let given = Set(rows.map(\.position))
        let all = (try ChannelRemoval.parked(relay, reader) + rows).sorted { $0.position < $1.position }
        var stopping: Set<String> = []
        for var row in all {
            if row.state == .skipped {
                if given.contains(row.position) { writes.append(.putParked(row)) }
            } else if stopping.insert(row.key).inserted {
                guard given.contains(row.position) else { continue }
                writes.append(.putParked(row))
                guard let id = row.incident, var incident = try reader.incident(id) else { continue }
                incident.subscription = relay
                writes.append(.putIncident(incident))
            } else {
                if let id = row.incident {
                    let reason = "waits behind an earlier message"
                    writes.append(.resolveIncident(id: id, at: now, resolution: reason))
                }
                row.incident = nil
                let removal = StoreWrite.removeParked(subscription: relay, key: row.key, position: row.position)
                writes.append(row.payload == nil ? removal : .putParked(row))
            }
        }
    }

    /// The channel leads to fewer components, or is no longer there and has no successor.
    private mutating func keep(
        _ old: ChannelReport, _ place: PositionRow, without moved: Set<String>, isGone: Bool
    ) throws {
        var report = old
        report.remotes.removeAll(where: moved.contains)
        if isGone {
            let problem =
                "there is no channel '\(old.name)' any more, and what it had not sent above message "
                + "\(place.position) stays unsent and in the log; configure it again, or give that up with "
                + "'skein channels --forget \(old.name)'"
            (report.problem, report.isGone) = (problem, true)
            (report.sending.state, report.takingIn.state) = (.stopped, .stopped)
            problems[old.name] = problem
        }
        guard report != old else { return }
        writes.append(.putChannel(name: old.name, description: try JSONEncoder.sorted.encode(report)))
    }
}

extension PositionRow {
    /// The same place with some messages that are still to be handled, though others above them are.
    ///
    /// - Parameter positions: ascending.
    func reopened(_ positions: [Int64]) -> PositionRow {
        let open = positions.filter { $0 <= position || hasCompleted($0) }
        guard let first = open.first else { return self }
        var row = self
        row.position = min(position, first - 1)
        var handled = completed
        if position > row.position { handled.insert(row.position + 1...position, at: 0) }
        row.completed = []
        var rest = open[...]
        for range in handled {
            var start = range.lowerBound
            while let next = rest.first, next <= range.upperBound {
                if next > start { row.completed.append(start...next - 1) }
                start = next + 1
                rest.removeFirst()
            }
            if start <= range.upperBound { row.completed.append(start...range.upperBound) }
        }
        return row
    }
}
