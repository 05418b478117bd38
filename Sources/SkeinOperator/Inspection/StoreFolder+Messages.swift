import SkeinSQLite
import SkeinStorage
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StoreFolder {
    /// Messages of all stores, each once, in the order of their times, with who handled them in which store.
    ///
    /// Costs what the search costs in each store, and one pass over the journals of each. `after` and `before` of the
    /// filter compare the positions of each store with the same number, so they are of use for a single one.
    public func messages(_ filter: MessageFilter = MessageFilter()) throws -> [MessageView] {
        var found: [MessageID: MessageView] = [:]
        for member in members {
            for var message in try member.inspector.messages(filter) {
                let known = found[message.id]
                guard known == nil || (known?.origin.isOwn == false && message.origin.isOwn) else { continue }
                message.store = member.name
                found[message.id] = message
            }
        }
        for (id, message) in found where !message.origin.isOwn { found[id] = try home(of: id) ?? message }
        let isNewestFirst = filter.order == .newestFirst
        var messages = found.values.sorted { isNewestFirst ? Self.isBefore($1, $0) : Self.isBefore($0, $1) }
        messages.removeLast(max(0, messages.count - max(1, filter.limit)))
        return try withCopies(messages)
    }

    /// A message as the store has it that wrote it; `nil` where that is not in the folder.
    private func home(of id: MessageID) throws -> MessageView? {
        for member in members {
            guard let record = try member.inspector.reader.record(id: id), record.origin.isOwn else { continue }
            var message = MessageView(record)
            message.store = member.name
            return message
        }
        return nil
    }

    /// By time; messages of one time in the order of their stores.
    private static func isBefore(_ left: MessageView, _ right: MessageView) -> Bool {
        if left.time != right.time { return left.time < right.time }
        let stores = (left.store ?? "", right.store ?? "")
        return stores.0 == stores.1 ? left.position < right.position : stores.0 < stores.1
    }

    /// A message by its id, with what has become of it in all stores; `nil` for an unknown id.
    public func message(_ id: MessageID) throws -> MessageDetail? {
        let details = try members.compactMap { member in
            try member.inspector.message(id).map { (name: member.name, detail: $0) }
        }
        // A message that was written in none of the stores is shown as the first took it in.
        guard let home = details.first(where: { $0.detail.message.origin.isOwn }) ?? details.first else { return nil }
        var detail = home.detail
        detail.message.store = home.name
        detail.message.copies = details.filter { $0.name != home.name }.map {
            .init(store: $0.name, position: $0.detail.message.position)
        }
        detail.handling = details.flatMap { name, detail in detail.handling.map { $0.stored(in: name) } }
        detail.reactions = details.flatMap { name, detail in detail.reactions.map { $0.stored(in: name) } }
        var filter = MessageFilter()
        (filter.causation, filter.order, filter.limit) = (id.rawValue, .oldestFirst, 100)
        detail.children = try messages(filter)
        return detail
    }

    /// The message at a position of the store with a name; `nil` where there is none.
    public func message(at position: Int64, in store: String) throws -> MessageDetail? {
        guard let member = members.first(where: { $0.name == store }) else { return nil }
        return try member.inspector.reader.record(at: position).flatMap { try message($0.envelope.id) }
    }

    /// Adds to messages where else they are, and who handled them.
    private func withCopies(_ messages: [MessageView]) throws -> [MessageView] {
        guard !messages.isEmpty else { return [] }
        let ids = messages.map(\.id)
        let found = try members.map { ($0.name, try $0.inspector.presence(of: ids)) }
        return messages.map { message in
            var message = message
            let places = found.compactMap { name, presence in presence[message.id].map { (name, $0) } }
            message.copies = places.filter { $0.0 != message.store }.map { .init(store: $0.0, position: $0.1.position) }
            message.handling = places.flatMap { name, place in place.handling.map { $0.stored(in: name) } }
            message.reactions = places.flatMap { name, place in place.reactions.map { $0.stored(in: name) } }
            return message
        }
    }
}

extension MessageDetail.Handling {
    fileprivate func stored(in store: String) -> Self {
        var copy = self
        copy.store = store
        return copy
    }
}

extension MessageDetail.Reaction {
    fileprivate func stored(in store: String) -> Self {
        var copy = self
        copy.store = store
        return copy
    }
}

/// How a store has a message.
struct MessagePresence {
    var position: Int64
    var handling: [MessageDetail.Handling]
    var reactions: [MessageDetail.Reaction] = []
}

extension StoreInspector {
    /// Which of some messages the store has, and what has become of them here. Reads all journals once.
    func presence(of ids: [MessageID]) throws -> [MessageID: MessagePresence] {
        let list = String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
        let entries = try ownCatalogueEntries()
        let places = try select(
            "SELECT id, position, type, recipient FROM event WHERE id IN (SELECT value FROM json_each(?))",
            [.text(list)]
        ) { row, _ in
            (
                MessageID(row.text()),
                MessagePlace(position: row.int64(), name: row.text(), recipient: row.optionalText())
            )
        }
        var found: [MessageID: MessagePresence] = [:]
        for (id, place) in places {
            found[id] = MessagePresence(position: place.position, handling: try handling(of: place, entries))
        }
        let sql = """
            SELECT message, instance.id, instance.process, instance.key, seq FROM (
                SELECT instance, seq, CASE WHEN json_valid(CAST(body AS TEXT))
                    THEN CAST(body AS TEXT) ->> '$.id' END AS message
                FROM journal WHERE kind IN ('start', 'message')) AS entry
            JOIN instance ON instance.id = entry.instance
            WHERE message IN (SELECT value FROM json_each(?)) ORDER BY instance.id, seq
            """
        for (id, reaction) in try select(
            sql, [.text(list)],
            { row, _ in
                (
                    MessageID(row.text()),
                    MessageDetail.Reaction(
                        instance: row.id(), process: row.text(), key: row.text(), seq: row.int64())
                )
            })
        {
            found[id]?.reactions.append(reaction)
        }
        return found
    }
}
