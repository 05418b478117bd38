import SkeinStorage

extension Router {
    /// Routes those dead letters of a key again that an operator has told to be retried.
    func retryDeadLetters(of key: String) throws {
        // A message under way to many instances comes to its end first.
        guard delivery == nil else { return kernel.postpone(.retryDeadLetters(key: key)) }
        rerouted = rerouted.filter { $0.value > kernel.committedTicket }
        var last: Int64 = 0
        while true {
            let page = try kernel.reader.parked(subscription: kernel.subscription, key: key, after: last, limit: 100)
            for row in page where row.state == .retrying && rerouted[row.position] == nil {
                guard !isTurnFull else { return kernel.postpone(.retryDeadLetters(key: key)) }
                try reroute(row)
                guard delivery == nil else { return kernel.post(.retryDeadLetters(key: key)) }
            }
            guard page.count == 100, let row = page.last else { return }
            last = row.position
        }
    }

    /// Has the next dead letters routed again that an operator retried while no runtime ran.
    ///
    /// - Returns: where to go on; `nil` when there are no more.
    func recoverDeadLetters(after cursor: ParkedDueCursor) throws -> ParkedDueCursor? {
        let limit = 256
        let rows = try kernel.reader.parkedDue(subscription: kernel.subscription, after: cursor, limit: limit)
        for key in Set(rows.map(\.key)).sorted() { kernel.post(.retryDeadLetters(key: key)) }
        guard rows.count == limit, let last = rows.last, let due = last.nextAt else { return nil }
        return ParkedDueCursor(due: due, key: last.key)
    }

    /// Delivers a retried dead letter to the processes that could not take it; the others have had it.
    private func reroute(_ row: ParkedRow) throws {
        guard var record = try kernel.reader.record(at: row.position) else {
            throw StoreError(
                .corrupt,
                "\(kernel.core.store.label): message \(row.position), parked for '\(kernel.subscription)', is missing")
        }
        if let payload = row.payload { record.envelope.payload.bytes = payload }
        var row = row
        if let coming = comingDeadLetters[row.position] { row.concerns = coming.concerns }
        let name = record.envelope.name
        let concerns = row.concerns
        let triggers = (kernel.definitions.triggers[name] ?? []).filter { definition, trigger in
            concerns.isEmpty || concerns.contains(trigger.concern(of: definition))
        }
        guard !triggers.isEmpty else {
            rerouted[row.position] = kernel.nextTicket
            var delivery = Delivery(record: record, retried: row)
            let reason = "'\(kernel.subscription)' has no use for '\(name)' any more"
            delivery.refusals = row.concerns.map { ($0, reason) }
            if delivery.refusals.isEmpty { delivery.refusals = [("", reason)] }
            return try makeDeadLetter(delivery)
        }
        try deliver(plan(record, triggers, retried: row), awaited: reactor.awaited.contains(name))
    }

    /// Instances that already processed this message; a retried dead letter ignores `wait.after`, so their journals are
    /// checked.
    func instances(in rows: [WaitRow], thatHad delivery: Delivery) throws -> Set<InstanceID> {
        guard delivery.retried != nil else { return [] }
        let message = delivery.record.envelope.id
        return try Set(rows.map(\.instance)).filter { try hasReacted($0, to: message) }
    }

    private func hasReacted(_ instance: InstanceID, to message: MessageID) throws -> Bool {
        var last: Int64 = 0
        while case let page = try kernel.reader.journal(of: instance, after: last, limit: 500), let end = page.last {
            // An instance with an entry that cannot be read is parked when it is loaded, and the message waits for it.
            if page.contains(where: { (try? JournalEntry($0))?.messageID == message }) { return true }
            last = end.seq
        }
        return false
    }
}
