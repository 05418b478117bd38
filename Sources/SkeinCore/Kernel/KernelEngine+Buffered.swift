/// Messages that came before anybody waited for them, and are kept for a while.
extension KernelEngine {
    /// Keeps a message until an instance waits for it.
    ///
    /// - Parameter instance: the only instance that may get it; `nil` for any instance of the process.
    func buffer(_ record: Record, for entry: Delivery.Unmatched, _ duration: Duration, instance: Int64? = nil) {
        let owner = instance.map { Self.owner(entry.process, $0) } ?? entry.process
        let row = BufferedRow(
            component: component, process: owner, type: record.envelope.name, key: entry.key,
            position: record.position, expires: core.environment.clock.now.advanced(by: duration))
        turn.unit.writes.append(.putBuffered(row))
        kept.keep(row, record, in: ticket + 1)
        planTidying()
    }

    /// What has been kept for a wait of an instance, lowest operation first and earliest message first; each message is
    /// handed out once.
    func takeBuffered(for id: Int64) throws -> Input? {
        guard !definitions.buffering.isEmpty, let instance = live[id], instance.row.status == .running,
            !instance.isCatchingUp
        else { return nil }
        for wait in instance.waits.sorted(by: { $0.seq < $1.seq }) where definitions.buffering.contains(wait.type) {
            let owners = [instance.row.process, Self.owner(instance.row.process, id)]
            let found = try owners.compactMap { try firstBuffered(for: wait, process: $0) }
            guard let (row, record) = found.min(by: { $0.0.position < $1.0.position }) else { continue }
            kept.take(row, in: ticket + 1)
            turn.unit.writes.append(.removeBuffered(row))
            turn.touched.insert(id)
            var delivered = Delivered(position: record.position, envelope: record.envelope, value: record.value)
            delivered.key = wait.key
            return .message(op: wait.seq, delivered)
        }
        return nil
    }

    /// The name under which a message is kept for one instance alone. No process name contains `#`.
    private static func owner(_ process: String, _ instance: Int64) -> String { "\(process)#\(instance)" }

    private func firstBuffered(for wait: WaitRow, process: String) throws -> (BufferedRow, Record)? {
        let now = core.environment.clock.now
        var last: Int64 = 0
        let limit = 32
        while true {
            let page = try reader.buffered(
                component: component, process: process, type: wait.type, key: wait.key, after: last, now: now,
                limit: limit)
            for row in page where !kept.isTaken(row) {
                guard let record = try reader.record(at: row.position) else {
                    throw StoreError(
                        .corrupt, "\(core.store.label): message \(row.position), kept for '\(process)', is missing")
                }
                return (row, record)
            }
            guard page.count == limit, let row = page.last else { break }
            last = row.position
        }
        // Those on their way into the store came after all that are there.
        return kept.first(for: wait, process: process, at: now)
    }

    func hasBuffered() throws -> Bool {
        guard !definitions.buffering.isEmpty else { return false }
        let end = Timestamp(microseconds: .max)
        return try !reader.expiredBuffered(component: component, now: end, limit: 1).isEmpty
    }

    /// Removes kept messages that nobody came to wait for in time, in chunks.
    ///
    /// - Returns: whether there are more.
    func removeExpired() throws -> Bool {
        guard !definitions.buffering.isEmpty else { return false }
        let limit = 500
        let rows = try reader.expiredBuffered(component: component, now: core.environment.clock.now, limit: limit)
        for row in rows where !kept.isTaken(row) {
            kept.take(row, in: ticket + 1)
            turn.unit.writes.append(.removeBuffered(row))
            core.counters.expired.increment()
        }
        return rows.count == limit
    }
}
