public import SkeinActions
import SkeinSQLite
public import SkeinCore
import SkeinStorage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Lets a process take in once more what its broker still has: moves the places of a channel back, in a store that no
/// process has open. The next runtime begins there.
///
/// Each message that comes again is recorded, and handled, as if it came for the first time, unless its id is in the
/// log, or was removed from it not longer ago than the store remembers ids: such a message is dropped. So a replay
/// brings what the process had passed by (`Remote.taking(_:)`) or what was sent before it began to listen, and messages
/// that were removed from the log long ago are handled a second time. A partition from which nothing has come yet has
/// no place to go back to; it begins as its `Remote` says.
public struct ChannelReplay: Sendable, Hashable {
    /// From where on.
    public enum Start: Sendable, Hashable {
        /// The oldest message that the broker has.
        case beginning
        /// A place of one partition; the others stay where they are.
        case place(topic: String, partition: Int, offset: Int64)
        /// The first message of a time or later, as far as the log tells; where it does not tell, and at messages of
        /// the same partition that are older, further back rather than too late.
        case time(Timestamp)
    }

    /// The name of the channel.
    public var channel: String
    /// From where on.
    public var start: Start
    /// The topic, as the broker has it; `nil` for all of the channel.
    public var topic: String?

    public init(channel: String, from start: Start, topic: String? = nil) {
        (self.channel, self.start, self.topic) = (channel, start, topic)
    }

    /// A partition whose place goes back.
    public struct Move: Sendable, Hashable, Codable {
        /// The name of the topic, as the broker has it.
        public var topic: String
        /// The partition; 0 where there is only one.
        public var partition: Int
        /// The offset of the message that would have been taken in next.
        public var from: Int64
        /// The offset of the message that is taken in next; where the broker has it no more, its oldest.
        public var to: Int64
    }

    /// What would go back, by topic and partition; changes nothing.
    ///
    /// - Throws: `ActionError` with code `unknownSystem` for an unknown channel or topic, and with code `cannotReplay`
    ///   for a broker without places, and for a place that is not behind the present one; `StoreError`.
    public func moves(in inspector: StoreInspector) throws -> [Move] {
        guard let report = try inspector.channels().first(where: { $0.name == channel }) else {
            let names = try inspector.channels().map(\.name).joined(separator: ", ")
            throw ActionError(
                .unknownSystem,
                "there is no channel '\(channel)' in \(inspector.path); "
                    + (names.isEmpty ? "there is none" : "there are: \(names)"))
        }
        let rows = try inspector.sourcePlaces(channel: channel)
        guard !rows.isEmpty else {
            throw ActionError(
                .cannotReplay,
                "the channel '\(channel)' (\(report.transport)) has no places to go back to: nothing has come yet, or "
                    + "its broker keeps no message that was taken in, as ActiveMQ and RabbitMQ do not")
        }
        if case .place(let topic, let partition, let offset) = start {
            return [try move(to: offset, rows.first { $0.topic == topic && $0.partition == partition }, rows)]
        }
        let chosen = rows.filter { topic == nil || $0.topic == topic }
        guard !chosen.isEmpty else { throw unknownTopic(rows) }
        var moves: [Move] = []
        for row in chosen {
            let to: Int64
            if case .time(let time) = start {
                to = try inspector.offset(of: row, from: time)
            } else {
                to = 0
            }
            guard to < row.next else { continue }
            moves.append(Move(topic: row.topic, partition: row.partition, from: row.next, to: to))
        }
        return moves
    }

    /// Moves the places back, in one commit.
    ///
    /// - Throws: as ``moves(in:)``; `StoreError` with code `owned` while a process has the store open.
    public func carryOut(on path: String) throws -> [Move] {
        let store = try SQLiteStore(path: path)
        do {
            let inspector = try StoreInspector(path: path)
            defer { inspector.close() }
            let moves = try moves(in: inspector)
            let writes = moves.map { move in
                StoreWrite.putSourcePlace(
                    SourcePlaceRow(channel: channel, topic: move.topic, partition: move.partition, next: move.to))
            }
            if !writes.isEmpty { _ = try store.commit(CommitBatch(units: [CommitUnit(writes: writes)])) }
            try store.close()
            return moves
        } catch {
            try? store.close()
            throw error
        }
    }

    private func move(to offset: Int64, _ row: SourcePlaceRow?, _ rows: [SourcePlaceRow]) throws -> Move {
        guard let row else { throw unknownTopic(rows) }
        // What lies between would never be taken in.
        guard offset < row.next else {
            throw ActionError(
                .cannotReplay,
                "\(row.topic)/\(row.partition) has been taken in up to \(row.next - 1); a replay goes back, so name an "
                    + "offset from 0 to \(row.next - 1)")
        }
        return Move(topic: row.topic, partition: row.partition, from: row.next, to: offset)
    }

    private func unknownTopic(_ rows: [SourcePlaceRow]) -> ActionError {
        let known = rows.map { "\($0.topic)/\($0.partition)" }.joined(separator: ", ")
        return ActionError(.unknownSystem, "channel '\(channel)' has taken in nothing of that; there are: \(known)")
    }
}

extension ActionError.Code {
    /// The broker cannot send again what was taken in, or not from there.
    public static let cannotReplay = ActionError.Code("cannotReplay")
}

extension StoreInspector {
    /// The offset in a partition from which on no message of a time or later is missed, as far as the log tells; 0
    /// where it has none that is older.
    fileprivate func offset(of row: SourcePlaceRow, from time: Timestamp) throws -> Int64 {
        let beginning = ChannelOrigin(
            channel: row.channel, topic: row.topic, partition: row.partition, offset: 0
        ).text.dropLast()
        let sql = "SELECT origin, time FROM event WHERE substr(origin, 1, ?) = ?"
        let binds: [SQLBind] = [.number(Int64(beginning.unicodeScalars.count)), .text(String(beginning))]
        let found = try select(sql, binds) { row, _ in (ChannelOrigin(stored: row.text()).offset ?? 0, row.time()) }
        guard let last = found.filter({ $0.1 < time }).map(\.0).max() else { return 0 }
        let first = found.filter { $0.1 >= time }.map(\.0).min()
        return min(last + 1, first ?? .max)
    }
}
