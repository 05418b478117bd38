import SkeinSQLite
import SkeinStorage
import SkeinCore

extension StoreInspector {
    /// What an instance waits for, and what came close.
    ///
    /// - Parameter limit: the largest number of messages shown for each wait.
    func waits(of row: InstanceRow, limit: Int) throws -> [Wait] {
        let waits = try reader.waits(of: row.id)
        guard !waits.isEmpty else { return [] }
        let catalogue = try catalogueEntries()
        // Not by the reader, which names an index that the view of an earlier version's table does not have.
        let mailbox = Set(
            try select(
                "SELECT position FROM mailbox WHERE instance = ? AND position IS NOT NULL ORDER BY seq LIMIT 1000",
                [.number(row.id.rawValue)]
            ) { row, _ in row.int64() })
        return try waits.map { wait in
            let publishers = catalogue.filter { $0.publishes.contains { $0.name == wait.type.rawValue } }
            let answer = wait.key.hasPrefix("caused-by:") ? MessageID(String(wait.key.dropFirst(10))) : nil
            let near = try near(wait, limit: limit)
            return Wait(
                type: wait.type.rawValue, key: wait.key, since: wait.since, answerTo: answer,
                publishers: publishers.map(\.component), wasSeen: !near.isEmpty,
                nearMisses: near.map { Self.nearMiss($0, wait, answer, isInMailbox: mailbox.contains($0.position)) })
        }
    }

    /// The newest messages of the awaited type, the newest first; those that have the key somewhere displace newer
    /// ones. No index serves this, so it looks at the newest 100,000 messages at most.
    private func near(_ wait: WaitRow, limit: Int) throws -> [LogRecord] {
        var conditions = SQLConditions()
        conditions.add("position > ?", .number(try lastPosition() - 100_000))
        conditions.add("type", equals: wait.type.rawValue)
        let newest = try records(conditions, newestFirst: true, limit: limit)
        guard newest.count >= limit else { return newest }
        // As a value of JSON: a text, or a number behind the name of its field.
        conditions.add(
            "(subject = ? OR instr(CAST(payload AS TEXT), ?) > 0 OR instr(CAST(payload AS TEXT), ?) > 0)",
            .text(wait.key), .text("\"\(wait.key)\""), .text("\":\(wait.key)"))
        let bearing = try records(conditions, newestFirst: true, limit: limit)
        let others = newest.filter { record in !bearing.contains { $0.position == record.position } }
        return (bearing + others.prefix(limit - bearing.count)).sorted { $0.position > $1.position }
    }

    private static func nearMiss(
        _ record: LogRecord, _ wait: WaitRow, _ answer: MessageID?, isInMailbox: Bool
    ) -> Wait.NearMiss {
        let envelope = record.envelope
        let fields = KeyFields(envelope.payload)
        let isEarlier = record.position <= wait.after
        let isLate = "; its turn has not come, or its correlation is another"
        var shown: [String: String] = [:]
        let reason: String
        if let recipient = envelope.context.recipient, recipient != wait.component {
            reason = "it was for '\(recipient)' alone"
        } else if isInMailbox {
            reason = "it is in the mailbox, and its turn comes when the instance goes on"
        } else if let answer {
            reason =
                envelope.causationID != answer
                ? "it answers another message"
                : isEarlier ? "it came before the wait" : "it answers this one; its turn has not come"
        } else if envelope.subject == wait.key {
            reason = "it has the key" + (isEarlier ? ", but came before the wait" : isLate)
        } else if let field = fields.name(of: wait.key) {
            shown = [field: wait.key]
            reason = "its field '\(field)' has the key" + (isEarlier ? ", but it came before the wait" : isLate)
        } else {
            let others = fields.likely(besides: envelope.subject)
            shown = Dictionary(uniqueKeysWithValues: others.map { ($0.name, $0.value) })
            let list = others.map { "\($0.name) '\($0.value)'" }.joined(separator: ", ")
            reason =
                "its subject is another" + (list.isEmpty ? "" : "; it came with \(list)")
                + (isEarlier ? "; and it came before the wait" : "")
        }
        return Wait.NearMiss(
            position: record.position, id: envelope.id, time: envelope.time, subject: envelope.subject, fields: shown,
            reason: reason)
    }
}
