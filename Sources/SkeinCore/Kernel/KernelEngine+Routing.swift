extension KernelEngine {
    /// Finds what a message concerns, and lets it react; notes the message as handled.
    func route(_ record: Record) throws {
        let envelope = record.envelope
        let addressed = envelope.context.recipient.map { $0 == component } ?? true
        let triggers = definitions.triggers[envelope.name] ?? []
        let awaited = awaitedTypes.contains(envelope.name)
        let isUnknown = isCatchAll && core.catalogue.isUnknown(envelope, to: component)
        guard addressed, !triggers.isEmpty || awaited || isUnknown else {
            _ = tracker.begin(record.position, interesting: false)
            skipped += 1
            return
        }
        guard tracker.begin(record.position, interesting: true) else { return core.counters.duplicates.increment() }
        var delivery = plan(record, triggers, released: nil)
        if isUnknown { delivery.refusals.append(("", Catalogue.unknown(envelope, to: component))) }
        try deliver(delivery, awaited: awaited)
    }

    /// Lets everything react that a message concerns; goes on in further commits where that is much.
    func deliver(_ delivery: Delivery, awaited: Bool) throws {
        if awaited {
            self.delivery = delivery
            try resume()
        } else {
            try finish(delivery)
        }
    }

    /// Goes on with a message that resumes many.
    func continueDelivery() throws {
        while delivery != nil, !isClosing, ticket - committedTicket < Self.pipelineDepth {
            try resume()
            submit()
        }
    }

    /// Resumes the instances that wait for the message in hand, at most a chunk of them; finishes its delivery when all
    /// have been.
    private func resume() throws {
        guard var current = delivery else { return }
        while current.index < current.keys.count {
            let key = current.keys[current.index]
            let (rows, isLast) = try nextWaits(for: current, key: key)
            var delivered = current.delivered
            delivered.key = key
            let had = try instances(in: rows, thatHad: current)
            for row in rows where current.means(row, under: key) {
                guard try takes(row, &current) else { continue }
                if had.contains(row.instance) {
                    current.matched.insert(row.process)
                    continue
                }
                try deliver(.message(op: row.seq, delivered), to: row.instance)
                current.matched.insert(row.process)
            }
            guard isLast else {
                current.cursor = WaitCursor(instance: rows.last?.instance ?? .max, seq: .max)
                try noteMatched(in: &current)
                return delivery = current
            }
            current.index += 1
            current.cursor = .start
        }
        delivery = nil
        try finish(current)
    }

    /// Whether a wait is for the version of the message; another major one is set aside visibly.
    private func takes(_ wait: WaitRow, _ delivery: inout Delivery) throws -> Bool {
        let version = delivery.record.envelope.version
        if wait.version.accepts(version) { return true }
        if wait.version.major == version.major {
            core.counters.ignoredVersions.increment()
        } else {
            let concern = "\(wait.process):wait"
            let reason = "'\(wait.process)' waits for '\(wait.type)' since \(wait.version), not \(version)"
            if !delivery.refusals.contains(where: { $0.concern == concern }) {
                delivery.refusals.append((concern, reason))
            }
            delivery.matched.insert(wait.process)
        }
        return false
    }

    /// The next chunk of waits for a message under a key. It ends between two instances, so that a wait which an
    /// instance begins when it is resumed is not taken for a further one.
    private func nextWaits(for current: Delivery, key: String) throws -> (rows: [WaitRow], isLast: Bool) {
        let chunk = core.configuration.fanOutChunk
        var limit = chunk
        while true {
            // One more tells whether there are more, so that the last commit is known to be the last.
            let rows = try waits(for: current, key: key, limit: limit + 1)
            guard rows.count > limit else { return (rows, true) }
            if rows[limit].instance != rows[limit - 1].instance { return (Array(rows.prefix(limit)), false) }
            limit += chunk
        }
    }

    /// The waits for a message under one key: live instances know theirs, the store knows the others'.
    private func waits(for current: Delivery, key: String, limit: Int) throws -> [WaitRow] {
        let (type, cursor) = (current.record.envelope.name, current.cursor)
        func isAhead(_ row: WaitRow) -> Bool { (row.instance, row.seq) > (cursor.instance, cursor.seq) }
        func isEarlier(_ left: WaitRow, _ right: WaitRow) -> Bool {
            (left.instance, left.seq) < (right.instance, right.seq)
        }
        var stored: [WaitRow] = []
        var from = cursor
        while stored.count < limit {
            let page = try reader.waits(
                component: component, type: type, key: key, admitting: current.admitting, after: from, limit: limit)
            stored += page.filter { live[$0.instance] == nil }
            guard page.count == limit, let last = page.last else { break }
            from = WaitCursor(instance: last.instance, seq: last.seq)
        }
        let inMemory = live.waits(for: WaitKey(type: type, key: key)).filter {
            $0.after < current.admitting && isAhead($0)
        }
        return Array((stored + inMemory).sorted(by: isEarlier).prefix(limit))
    }

    /// All waits have been resumed: what is left to do about a message, and its end.
    private func finish(_ delivery: Delivery) throws {
        var delivery = delivery
        for receiver in delivery.receivers { try receive(receiver, delivery) }
        for entry in delivery.unmatched where try !wasMatched(entry, in: delivery) { unmet(entry, &delivery) }
        let record = delivery.record
        if let released = delivery.released {
            rerouted[record.position] = ticket + 1
            turn.unit.writes.append(
                .removeParked(subscription: subscription, key: released.key, position: released.position))
        } else {
            turn.positions.append(record.position)
            isFirstDelivery = false
        }
        if !delivery.refusals.isEmpty { try setAside(delivery) }
    }

    /// Writes down, once, which processes a message has found, before its last commit: a delivery that goes on after a
    /// crash finds no wait of theirs any more.
    private func noteMatched(in delivery: inout Delivery) throws {
        let now = core.environment.clock.now
        for entry in delivery.unmatched where entry.policy != .ignore && delivery.matched.contains(entry.process) {
            guard delivery.noted.insert(entry.process).inserted, try !isNoted(entry, in: delivery) else { continue }
            turn.unit.writes += [
                .trimInbox(before: now.advanced(by: .zero - max(core.configuration.inboxWindow, .hours(1)))),
                .putInbox(
                    subscription: "\(subscription)/\(entry.process)", message: delivery.record.envelope.id, at: now),
            ]
        }
    }

    private func wasMatched(_ entry: Delivery.Unmatched, in delivery: Delivery) throws -> Bool {
        if delivery.matched.contains(entry.process) { return true }
        return try entry.policy != .ignore && isNoted(entry, in: delivery)
    }

    private func isNoted(_ entry: Delivery.Unmatched, in delivery: Delivery) throws -> Bool {
        try reader.inboxContains(
            subscription: "\(subscription)/\(entry.process)", message: delivery.record.envelope.id)
    }

    /// Treats a message as its process declares for messages that nobody waits for: ignores it, keeps it, or makes it a
    /// dead letter.
    ///
    /// - Parameter instance: the only instance that may still get it, when others have had it already; `nil` for any.
    func unmet(_ entry: Delivery.Unmatched, _ delivery: inout Delivery, for instance: Int64? = nil) {
        core.counters.unmatched.increment()
        switch entry.policy {
        case .ignore:
            break
        case .buffer(let duration):
            buffer(delivery.record, for: entry, duration, instance: instance)
        case .deadLetter:
            let name = delivery.record.envelope.name
            delivery.refusals.append(
                (
                    entry.concern,
                    "no instance of '\(entry.process)' waits for '\(name)' with the key '\(entry.key)'"
                ))
        }
    }

    /// Sets a message aside visibly, for those that could not take it; it holds up nothing.
    func setAside(_ delivery: Delivery) throws {
        let record = delivery.record
        var concerns = delivery.refusals.map(\.concern)
        let known = try delivery.released == nil ? setAsideAlready(record) : nil
        if let others = known?.concerns {
            // An empty list stands for everybody.
            concerns = others.isEmpty ? [] : others + concerns.filter { !others.contains($0) }
        }
        beingParked[record.position] = (concerns, ticket + 1)
        let reason = delivery.refusals.map(\.reason).reduce(into: [String]()) { reasons, reason in
            if !reasons.contains(reason) { reasons.append(reason) }
        }.joined(separator: "; ")
        core.counters.deadLettered.increment()
        turn.unit.writes += writes(
            parking: record, delivery.released ?? known, concerns: concerns, because: reason, cause: "deadLetter")
    }

    /// The row of a message that has been set aside for others, who still need it when one more has no use for it.
    private func setAsideAlready(_ record: Record) throws -> ParkedRow? {
        let isLeaving = rerouted[record.position].map { $0 > committedTicket } ?? false
        let row =
            try isLeaving
            ? nil
            : reader.parked(
                subscription: subscription, key: record.envelope.subject, after: record.position - 1, limit: 1
            ).first { $0.position == record.position }
        guard let coming = beingParked[record.position] else { return row }
        var known =
            row
            ?? ParkedRow(
                subscription: subscription, key: record.envelope.subject, position: record.position,
                state: .deadLetter, at: core.environment.clock.now)
        known.concerns = coming.concerns
        return known
    }

    /// Starts an instance, or hands the message to the one that is there.
    private func receive(_ receiver: Delivery.Receiver, _ delivery: Delivery) throws {
        let (definition, key) = (receiver.definition, receiver.key)
        let identity = InstanceKey(process: definition.process, key: key)
        if let existing = try find(identity) {
            // A second start of a code process is the same instance; other notations take each of their messages.
            if definition.notation == .code { return core.counters.duplicates.increment() }
            return try deliver(.message(op: nil, delivery.delivered), to: existing)
        }
        guard receiver.creates else { return core.counters.unmatched.increment() }
        let envelope = delivery.record.envelope
        let row = InstanceRow(
            id: core.newInstanceID(), component: component, process: definition.process, key: key,
            version: definition.version, notation: definition.notation, shard: StableHash.shard(of: key),
            seed: Seed(of: definition.process, key: key, in: component, startedBy: envelope.id),
            correlationID: envelope.correlationID,
            trace: envelope.context.trace?.stored, user: envelope.context.user,
            startedAt: core.environment.clock.now)
        let machine = definition.makeMachine(for: row, in: setting)
        live.insert(LiveInstance(row: row, machine: machine, journalSeq: 0, attributes: [:]))
        turn.unit.writes.append(.putInstance(row))
        let delivered = delivery.delivered
        try react(row.id, definition.notation == .code ? .start(delivered) : .message(op: nil, delivered))
    }

    private func find(_ identity: InstanceKey) throws -> Int64? {
        if let id = live.id(of: identity) { return id }
        return try reader.instance(component: component, process: identity.process, key: identity.key)?.id
    }

    var setting: MachineSetting {
        MachineSetting(
            component: component, factory: core.factory, catalogue: core.catalogue, counters: core.counters,
            escaped: { [weak self] in self?.post(.escaped(instance: $0)) })
    }
}
