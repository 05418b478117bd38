/// A message that resumes more instances than one commit should hold, and how far it has got.
struct FanOut {
    var record: Record
    var keys: [String]
    /// The key in hand, and the waits already taken under it.
    var index = 0
    var cursor = WaitCursor.start
    var matched = 0
    var process: [String: Set<String>]
    /// The row of a message that was set aside and is routed again.
    var released: ParkedRow?
    /// Only waits that began before this position are resumed.
    var admitting: Int64 { released == nil ? record.position : .max }
}

extension KernelEngine {
    /// Finds what a message concerns, and lets it react; notes the message as handled.
    func route(_ record: Record) throws {
        let envelope = record.envelope
        let addressed = envelope.context.recipient.map { $0 == component } ?? true
        let triggers = definitions.triggers[envelope.name] ?? []
        let awaited = awaitedTypes.contains(envelope.name)
        guard addressed, !triggers.isEmpty || awaited else {
            _ = tracker.begin(record.position, interesting: false)
            return
        }
        guard tracker.begin(record.position, interesting: true) else { return core.counters.duplicates.increment() }
        try dispatch(record, triggers, awaited: awaited, released: nil)
    }

    /// Lets everything react that a message concerns.
    func dispatch(
        _ record: Record, _ triggers: [(definition: any MachineDefinition, trigger: Trigger)], awaited: Bool,
        released: ParkedRow?
    ) throws {
        let envelope = record.envelope
        var keys: [String] = []
        var processes: [String: Set<String>] = [:]
        if let causation = envelope.causationID { keys.append(Correlating.key(causation: causation)) }
        var subjectIsKey = true
        var unmatched: [(any MachineDefinition, UnmatchedPolicy, String)] = []
        // A saga that begins with a type and reacts to it too has two triggers for it, and gets each message once.
        var reached: Set<InstanceKey> = []
        for (definition, trigger) in triggers {
            guard trigger.since.accepts(envelope.version) else {
                try unsupported(record, trigger)
                continue
            }
            guard let key = try key(of: record, trigger) else { continue }
            switch trigger.role {
            case .start:
                _ = try start(definition, key: key, record, released, creates: true)
            case .keyed(let creates):
                let instance = InstanceKey(process: definition.process, key: key)
                guard !reached.contains(instance) else { continue }
                if try start(definition, key: key, record, released, creates: creates) { reached.insert(instance) }
            case .correlate(let policy):
                subjectIsKey = false
                if !keys.contains(key) { keys.append(key) }
                processes[key, default: []].insert(definition.process)
                unmatched.append((definition, policy, key))
            }
        }
        if subjectIsKey, !keys.contains(envelope.subject) { keys.append(envelope.subject) }
        var matched = 0
        if awaited {
            fanOut = FanOut(record: record, keys: keys, process: processes, released: released)
            matched = try resume()
        }
        if fanOut == nil {
            if matched == 0 { for entry in unmatched { try unmet(record, entry.0, entry.1, key: entry.2) } }
            conclude(record, released: released)
        }
    }

    /// Everything that a message concerns has reacted.
    private func conclude(_ record: Record, released: ParkedRow?) {
        guard let released else { return turn.positions.append(record.position) }
        rerouted[record.position] = ticket + 1
        guard !isSetAsideAgain else { return }
        turn.unit.writes.append(
            .removeParked(subscription: subscription, key: released.key, position: released.position))
    }

    /// Goes on with a message that resumes many.
    func continueFanOut() throws {
        while let current = fanOut, !isClosing, ticket - committedTicket < Self.pipelineDepth {
            _ = try resume()
            if fanOut == nil { conclude(current.record, released: current.released) }
            submit()
        }
    }

    /// Resumes the instances that wait for the message in `fanOut`, at most a chunk of them; ends the fan-out when all
    /// have been.
    private func resume() throws -> Int {
        guard var current = fanOut else { return 0 }
        let chunk = core.configuration.fanOutChunk
        var resumed = 0
        while current.index < current.keys.count {
            let key = current.keys[current.index]
            let rows = try waits(for: current, key: key, limit: chunk)
            for row in rows {
                current.cursor = WaitCursor(instance: row.instance, seq: row.seq)
                let declared = current.process.values.contains { $0.contains(row.process) }
                if declared, !key.hasPrefix("caused-by:"), current.process[key]?.contains(row.process) != true {
                    continue
                }
                let record = current.record
                let delivered = Delivered(
                    position: record.position, envelope: record.envelope, value: record.value,
                    isEdited: current.released?.payload != nil)
                try deliver(.message(op: row.seq, delivered), to: row.instance)
                current.matched += 1
                resumed += 1
            }
            if rows.count == chunk {
                fanOut = current
                return current.matched
            }
            current.index += 1
            current.cursor = .start
        }
        fanOut = nil
        return current.matched
    }

    /// The waits for a message under one key: live instances know theirs, the store knows the others'.
    private func waits(for current: FanOut, key: String, limit: Int) throws -> [WaitRow] {
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
        let inMemory = (liveWaits[WaitKey(type: type, key: key)] ?? []).filter {
            $0.after < current.admitting && isAhead($0)
        }
        return Array((stored + inMemory).sorted(by: isEarlier).prefix(limit))
    }

    private func key(of record: Record, _ trigger: Trigger) throws -> String? {
        do {
            return try trigger.key(record, core.factory.coder)
        } catch {
            setAside(record, reason: "\(error)")
            return nil
        }
    }

    private func unsupported(_ record: Record, _ trigger: Trigger) throws {
        if trigger.since.major == record.envelope.version.major {
            core.counters.ignoredVersions.increment()
        } else {
            setAside(
                record,
                reason: "'\(component)' takes '\(trigger.name)' since \(trigger.since), not \(record.envelope.version)")
        }
    }

    /// Nobody waits for the message: what its correlation declares for that.
    private func unmet(
        _ record: Record, _ definition: any MachineDefinition, _ policy: UnmatchedPolicy, key: String
    ) throws {
        core.counters.unmatched.increment()
        switch policy {
        case .ignore:
            break
        case .buffer(let duration):
            let row = BufferedRow(
                component: component, process: definition.process, type: record.envelope.name, key: key,
                position: record.position, expires: core.environment.clock.now.advanced(by: duration))
            turn.unit.writes.append(.putBuffered(row))
            recentlyBuffered.append((ticket + 1, row, record))
        case .deadLetter:
            setAside(
                record,
                reason: "no instance of '\(definition.process)' waits for '\(record.envelope.name)' with "
                    + "the key '\(key)'")
        }
    }

    /// Sets a message aside visibly; it holds up nothing.
    func setAside(_ record: Record, reason: String) {
        let now = core.environment.clock.now
        isSetAsideAgain = true
        core.counters.deadLettered.increment()
        turn.unit.writes.append(
            .putParked(
                ParkedRow(
                    subscription: subscription, key: record.envelope.subject, position: record.position,
                    state: .deadLetter, error: reason, at: now)))
        turn.unit.writes.append(
            .putIncident(
                IncidentRow(
                    id: core.newIncidentID(), component: component, kind: "message", subscription: subscription,
                    key: record.envelope.subject, position: record.position, cause: "deadLetter", error: reason,
                    at: now)))
    }

    /// Starts an instance, or hands the message to the one that is there.
    ///
    /// - Returns: whether there is one now.
    private func start(
        _ definition: any MachineDefinition, key: String, _ record: Record, _ released: ParkedRow?, creates: Bool
    ) throws -> Bool {
        let delivered = Delivered(
            position: record.position, envelope: record.envelope, value: record.value,
            isEdited: released?.payload != nil)
        let identity = InstanceKey(process: definition.process, key: key)
        if let existing = try find(identity) {
            // A second start of a code process is the same instance; other notations take each of their messages.
            if definition.notation == .code {
                core.counters.duplicates.increment()
            } else {
                try deliver(.message(op: nil, delivered), to: existing)
            }
            return true
        }
        guard creates else {
            core.counters.unmatched.increment()
            return false
        }
        let random = core.environment.randomPair()
        let now = core.environment.clock.now
        let row = InstanceRow(
            id: core.newInstanceID(), component: component, process: definition.process, key: key,
            version: definition.version, notation: definition.notation, shard: StableHash.shard(of: key),
            seed: Seed(high: random.0, low: random.1), correlationID: record.envelope.correlationID,
            trace: record.envelope.context.trace?.parent, user: record.envelope.context.user, startedAt: now)
        let machine = definition.makeMachine(for: row, in: setting)
        live[row.id] = LiveInstance(row: row, machine: machine, journalSeq: 0, attributes: [:])
        liveByKey[identity] = row.id
        turn.unit.writes.append(.putInstance(row))
        try react(row.id, definition.notation == .code ? .start(delivered) : .message(op: nil, delivered))
        return true
    }

    private func find(_ identity: InstanceKey) throws -> Int64? {
        if let id = liveByKey[identity] { return id }
        return try reader.instance(component: component, process: identity.process, key: identity.key)?.id
    }

    var setting: MachineSetting {
        MachineSetting(
            component: component, factory: core.factory, catalogue: core.catalogue, counters: core.counters,
            escaped: { [weak self] in self?.post(.escaped(instance: $0)) })
    }
}
