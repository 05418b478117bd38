extension KernelEngine {
    /// Routes the set-aside messages of a key again that an operator has released.
    func release(key: String) throws {
        // A message under way to many instances comes to its end first.
        guard fanOut == nil else { return deferred.append(.release(key: key)) }
        rerouted = rerouted.filter { $0.value > committedTicket }
        var last: Int64 = 0
        while true {
            let page = try reader.parked(subscription: subscription, key: key, after: last, limit: 100)
            for row in page where row.state == .retrying && rerouted[row.position] == nil {
                try reroute(row)
                guard fanOut == nil else { return post(.release(key: key)) }
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

    /// Waits that have begun since admit the message too, although its place in the log is before theirs.
    private func reroute(_ row: ParkedRow) throws {
        guard var record = try reader.record(at: row.position) else {
            throw StoreError(
                .corrupt, "\(core.store.label): message \(row.position), parked for '\(subscription)', is missing")
        }
        if let payload = row.payload { record.envelope.payload.bytes = payload }
        let name = record.envelope.name
        let triggers = definitions.triggers[name] ?? []
        let awaited = awaitedTypes.contains(name)
        isSetAsideAgain = false
        if triggers.isEmpty, !awaited {
            rerouted[row.position] = ticket + 1
            return setAside(record, reason: "'\(subscription)' has no use for '\(name)' any more")
        }
        try dispatch(record, triggers, awaited: awaited, released: row)
    }
}
