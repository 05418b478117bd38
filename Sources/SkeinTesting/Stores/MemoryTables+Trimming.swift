import SkeinStorage
import SkeinCore

extension MemoryTables {
    /// For each kind of reason the lowest message that must stay, ascending by position.
    func logHolds() -> [LogHold] {
        func lowest(_ holds: some Sequence<LogHold>) -> LogHold? { holds.min { $0.position < $1.position } }
        let holds = [
            lowest(
                positions.values.map {
                    LogHold(position: $0.position + 1, reason: .place(subscription: $0.subscription))
                }),
            lowest(
                parked.rows(OrderedKey()).map {
                    LogHold(position: $0.position, reason: .parked(subscription: $0.subscription, key: $0.key))
                }),
            lowest(
                buffered.rows(OrderedKey()).map {
                    LogHold(position: $0.position, reason: .buffered(component: $0.component, process: $0.process))
                }),
            lowest(
                mailboxes.rows(OrderedKey()).compactMap { row in
                    row.position.map { LogHold(position: $0, reason: .mailbox(instance: row.instance)) }
                }),
            lowest(
                incidents.rows(OrderedKey()).compactMap { row in
                    row.resolvedAt == nil
                        ? row.position.map { LogHold(position: $0, reason: .incident(row.id)) } : nil
                }),
        ]
        return holds.compactMap(\.self).sorted { $0.position < $1.position }
    }

    /// Removes messages from the beginning of the log, as the contract of `Store` says in point 11.
    mutating func trim(_ trim: LogTrim) {
        let held = logHolds().first?.position ?? .max
        let removed = records.prefix(trim.limit).prefix { record in
            let time = record.envelope.time
            let isOld = trim.before.map { time < $0 || time > trim.at } ?? true
            return record.position <= trim.through && record.position < held && record.position < high.position && isOld
        }
        guard let last = removed.last else { return }
        let (gone, before) = (Array(removed), trimmed)
        records.removeFirst(gone.count)
        trimmed = last.position
        for record in gone {
            let id = record.envelope.id.rawValue
            places[OrderedKey(id)] = nil
            put(inbox: OrderedKey(LogTrim.subscription, id), trim.at)
            guard record.origin != nil, id.unicodeScalars.count != 36 else { continue }
            let source = LogTrim.source(record.envelope.source, of: record.envelope.id)
            put(inbox: OrderedKey(LogTrim.sources, source.rawValue), trim.at)
        }
        restore { tables in
            tables.records.insert(contentsOf: gone, at: 0)
            tables.trimmed = before
            for record in gone { tables.places[OrderedKey(record.envelope.id.rawValue)] = record.position }
        }
    }
}
