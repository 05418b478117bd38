import SkeinSQLite
package import SkeinStorage
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StoreInspector {
    /// Messages of the log.
    ///
    /// Positions are served by an index; the other conditions read the log until enough is found.
    public func messages(_ filter: MessageFilter = MessageFilter()) throws -> [MessageView] {
        try records(filter).map(MessageView.init)
    }

    /// Messages of the log as they are stored; the same as ``messages(_:)``.
    package func records(_ filter: MessageFilter) throws -> [LogRecord] {
        var conditions = SQLConditions()
        if let name = filter.name {
            if name.hasSuffix("*") {
                let beginning = String(name.dropLast())
                conditions.add(
                    "substr(type, 1, ?) = ?", .number(Int64(beginning.unicodeScalars.count)), .text(beginning))
            } else {
                conditions.add("type", equals: name)
            }
        }
        conditions.add("topic", equals: filter.component)
        conditions.add("kind", equals: filter.kind?.rawValue)
        conditions.add("subject", equals: filter.subject)
        conditions.add("correlation_id", equals: filter.correlation)
        conditions.add("causation_id", equals: filter.causation)
        conditions.add("user", equals: filter.user)
        conditions.add("audience", equals: filter.audience?.rawValue)
        conditions.add("recipient", equals: filter.recipient)
        if let trace = filter.trace {
            let id = trace.split(separator: "-").first { $0.utf8.count == 32 }.map(String.init) ?? trace
            conditions.add("substr(trace, 4, 32) = ?", .text(id.lowercased()))
        }
        if let since = filter.since { conditions.add("time >= ?", .number(since.microseconds)) }
        if let until = filter.until { conditions.add("time < ?", .number(until.microseconds)) }
        if let after = filter.after { conditions.add("position > ?", .number(after)) }
        if let before = filter.before { conditions.add("position < ?", .number(before)) }
        if let asset = filter.asset {
            conditions.add(
                "headers IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(headers, '$.assets') AS asset "
                    + "WHERE ? IN (asset.value ->> 'resource', asset.value ->> 'url'))", .text(asset))
        }
        let isNewestFirst = filter.order == .newestFirst
        return try records(conditions, newestFirst: isNewestFirst, limit: filter.limit)
    }

    /// A message by its id; `nil` for an unknown one.
    package func record(_ id: MessageID) throws -> LogRecord? { try reader.record(id: id) }

    /// A message by its id, with what has become of it; `nil` for an unknown id.
    public func message(_ id: MessageID) throws -> MessageDetail? {
        guard let record = try reader.record(id: id) else { return nil }
        var children = SQLConditions()
        children.add("position > ?", .number(record.position))
        children.add("causation_id", equals: id.rawValue)
        return MessageDetail(
            message: MessageView(record), handling: try handling(of: record), reactions: try reactions(to: id),
            children: try records(children, newestFirst: false, limit: 100).map(MessageView.init))
    }

    /// The highest position of the log; 0 for an empty one.
    public func lastPosition() throws -> Int64 { try reader.highWater().position }

    /// Messages up to this position were removed from the log; 0 for none.
    public func trimmedPosition() throws -> Int64 { try reader.trimmedPosition() }

    func records(_ conditions: SQLConditions, newestFirst: Bool, limit: Int) throws -> [LogRecord] {
        let sql =
            "SELECT \(Self.list(Columns.event)) FROM event\(conditions.sql) "
            + "ORDER BY position\(newestFirst ? " DESC" : "") LIMIT ?"
        return try select(sql, conditions.binds + [.number(Int64(max(1, limit)))]) { row, columns in
            try LogRecord(row, &columns)
        }
    }

    /// No index serves this: it reads all journals.
    private func reactions(to id: MessageID) throws -> [MessageDetail.Reaction] {
        let sql = """
            SELECT instance.id, instance.process, instance.key, journal.seq FROM journal
            JOIN instance ON instance.id = journal.instance
            WHERE instr(CAST(journal.body AS TEXT), ?) > 0 ORDER BY instance.id, journal.seq LIMIT 100
            """
        return try select(sql, [.text("\"id\":\"\(id)\"")]) { row, _ in
            MessageDetail.Reaction(instance: row.id(), process: row.text(), key: row.text(), seq: row.int64())
        }
    }

    private func handling(of record: LogRecord) throws -> [MessageDetail.Handling] {
        try handling(
            of: MessagePlace(
                position: record.position, name: record.envelope.name.rawValue,
                recipient: record.envelope.context.recipient), ownCatalogueEntries())
    }

    /// How the subscriptions of some components stand to a message.
    func handling(of message: MessagePlace, _ entries: [CatalogueEntry]) throws -> [MessageDetail.Handling] {
        var conditions = SQLConditions()
        conditions.add("position = ?", .number(message.position))
        let parked = try select(
            "SELECT \(Self.list(Columns.parked)) FROM parked\(conditions.sql)", conditions.binds
        ) { row, _ in try ParkedRow(row) }
        let interested = Set(entries.flatMap { $0.subscriptions(for: message.name) })
        return try interested.union(parked.map(\.subscription)).sorted().compactMap { subscription in
            if let row = parked.first(where: { $0.subscription == subscription }) {
                return MessageDetail.Handling(
                    subscription: subscription, state: row.state.rawValue, attempts: row.attempts, nextAt: row.nextAt,
                    error: row.error, isEdited: row.payload == nil ? nil : true)
            }
            let component = subscription.prefix { $0 != "/" }
            if let recipient = message.recipient, recipient != component { return nil }
            let place = try reader.position(of: subscription)
            let isPast = place.map { $0.position >= message.position || $0.hasCompleted(message.position) } ?? false
            return MessageDetail.Handling(subscription: subscription, state: isPast ? "handled" : "pending")
        }
    }
}

/// What decides who handles a message of the log.
struct MessagePlace {
    var position: Int64
    var name: String
    var recipient: String?
}
