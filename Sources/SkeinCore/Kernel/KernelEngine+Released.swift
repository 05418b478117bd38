extension KernelEngine {
    /// Routes the set-aside messages of a key again that an operator has released.
    func release(key: String) throws {
        // A message under way to many instances comes to its end first.
        guard delivery == nil else { return deferred.append(.release(key: key)) }
        rerouted = rerouted.filter { $0.value > committedTicket }
        var last: Int64 = 0
        while true {
            let page = try reader.parked(subscription: subscription, key: key, after: last, limit: 100)
            for row in page where row.state == .retrying && rerouted[row.position] == nil {
                try reroute(row)
                guard delivery == nil else { return post(.release(key: key)) }
            }
            guard page.count == 100, let row = page.last else { return }
            last = row.position
        }
    }

    /// What an operator released while no runtime was there.
    func recoverReleased() throws {
        var last: String?
        while true {
            let heads = try reader.parkedHeads(subscription: subscription, after: last, limit: 1000)
            for row in heads { post(.release(key: row.key)) }
            guard heads.count == 1000, let key = heads.last?.key else { return }
            last = key
        }
    }

    /// Lets those react to a released message that could not take it; the others have had it.
    private func reroute(_ row: ParkedRow) throws {
        guard var record = try reader.record(at: row.position) else {
            throw StoreError(
                .corrupt, "\(core.store.label): message \(row.position), parked for '\(subscription)', is missing")
        }
        if let payload = row.payload { record.envelope.payload.bytes = payload }
        var row = row
        if let coming = beingParked[row.position] { row.concerns = coming.concerns }
        let name = record.envelope.name
        let concerns = row.concerns
        let triggers = (definitions.triggers[name] ?? []).filter { definition, trigger in
            concerns.isEmpty || concerns.contains(trigger.concern(of: definition))
        }
        guard !triggers.isEmpty else {
            rerouted[row.position] = ticket + 1
            var delivery = Delivery(record: record, released: row)
            let reason = "'\(subscription)' has no use for '\(name)' any more"
            delivery.refusals = row.concerns.map { ($0, reason) }
            if delivery.refusals.isEmpty { delivery.refusals = [("", reason)] }
            return try setAside(delivery)
        }
        try deliver(plan(record, triggers, released: row), awaited: awaitedTypes.contains(name))
    }

    /// Those of the instances that wait to which a released message has come before: they may wait for the next one of
    /// its type by now, and a wait does not tell, since a released message is admitted wherever its place in the log.
    func instances(in rows: [WaitRow], thatHad delivery: Delivery) throws -> Set<Int64> {
        guard delivery.released != nil else { return [] }
        let message = delivery.record.envelope.id
        return try Set(rows.map(\.instance)).filter { try hasReacted($0, to: message) }
    }

    private func hasReacted(_ instance: Int64, to message: MessageID) throws -> Bool {
        var last: Int64 = 0
        while case let page = try reader.journal(of: instance, after: last, limit: 500), let end = page.last {
            if try page.contains(where: { try JournalEntry($0).messageID == message }) { return true }
            last = end.seq
        }
        return false
    }
}
