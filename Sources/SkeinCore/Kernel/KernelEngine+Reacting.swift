#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
internal import Logging

extension KernelEngine {
    /// Brings an input to an instance: it reacts, or keeps the input if it is suspended or parked.
    func deliver(_ input: Input, to id: Int64) throws {
        guard try load(id) else { return }
        guard let instance = live[id] else { return }
        guard !instance.row.status.isEnded else {
            if case .message = input { core.counters.unmatched.increment() }
            return
        }
        guard instance.row.status == .running, !instance.isCatchingUp else { return try keep(input, for: id) }
        try react(id, input)
    }

    /// Puts an input into the mailbox of an instance that does not react at present.
    func keep(_ input: Input, for id: Int64) throws {
        guard try !isKept(input, for: id) else { return }
        turn.touched.insert(id)
        turn.unit.writes.append(
            .putMailbox(
                MailboxRow(
                    seq: core.newMailboxSeq(), instance: id, component: component,
                    input: try JSONEncoder.sorted.encode(StoredInput(input)))))
    }

    /// Whether a crash in the middle of a delivery to many has left the message in the mailbox already: its wait stands
    /// until the instance reacts, and so does not tell.
    private func isKept(_ input: Input, for id: Int64) throws -> Bool {
        guard isFirstDelivery || delivery?.released != nil, case .message(let op, let delivered) = input else {
            return false
        }
        return try reader.mailbox(of: id, limit: .max).contains { row in
            guard takenFromMailbox[row.seq] == nil else { return false }
            let stored = try JSONDecoder().decode(StoredInput.self, from: row.input)
            return stored.kind == "message" && stored.op == op && stored.position == delivered.position
        }
    }

    /// Lets an instance react, and adds what comes of it to the turn. A new wait may find its message among those that
    /// were kept.
    func react(_ id: Int64, _ input: Input) throws {
        try reactOnce(id, input)
        while let kept = try takeBuffered(for: id) { try reactOnce(id, kept) }
    }

    private func reactOnce(_ id: Int64, _ input: Input) throws {
        guard let instance = live[id] else { return }
        let now = core.environment.clock.now
        let turnValue = Turn(now: now, position: max(tracker.seen, 0))
        let machine = instance.machine
        let reaction = watch.guarding(instance.row, input) { machine.react(input, turn: turnValue) }
        if case .crashed(let cause, let error) = reaction.outcome {
            return park(id, with: input, cause: cause, error: error)
        }
        // Operators who wait until the instance is at rest are answered by a commit, so a touched instance needs one.
        if reaction.entry != nil || !reaction.effects.isEmpty { turn.touched.insert(id) }
        guard let entry = reaction.entry else { return try apply(reaction.effects, to: id, after: input) }
        let length = instance.journalSeq - instance.row.stateSeq
        if length + 1 > Int64(core.configuration.journalLimit) {
            return park(
                id, with: input, cause: "journalLimit",
                error:
                    "the journal has \(length) entries, the limit; call flow.restart(with:) before it is "
                    + "reached, or raise journalLimit")
        }
        try apply(reaction.effects, to: id, after: input)
        append(entry, to: id, at: now)
        try conclude(id, reaction, at: now)
    }

    private func append(_ entry: JournalEntry, to id: Int64, at now: Timestamp) {
        guard var instance = live[id] else { return }
        instance.journalSeq += 1
        live[id] = instance
        let length = instance.journalSeq - instance.row.stateSeq
        if length == Int64(core.configuration.journalWarning) {
            logger.info(
                "the journal is long", metadata: ["process.instance": "\(id)", "journal.entries": "\(length)"])
        }
        turn.unit.writes.append(
            .appendJournal(
                JournalRow(instance: id, seq: instance.journalSeq, kind: entry.kind, body: entry.body, at: now)))
    }

    /// Writes down what has happened to an instance besides its own reactions.
    func note(_ kind: String, _ detail: String? = nil, error: String? = nil, attempts: Int? = nil, on id: Int64) {
        var entry = JournalEntry(kind: kind)
        (entry.detail, entry.error, entry.attempts) = (detail, error, attempts)
        turn.touched.insert(id)
        append(entry, to: id, at: core.environment.clock.now)
    }

    /// Adds effects to the turn and keeps the engine's own view of waits, timers and activities in step.
    private func apply(_ effects: [Effect], to id: Int64, after input: Input) throws {
        for effect in effects {
            switch effect {
            case .append(let outgoing):
                turn.unit.appends.append(outgoing)
            case .attribute(let name, let value):
                live[id]?.attributes[name] = value
                saveRow(id)
            case .write(let write):
                turn.unit.writes.append(write)
                try follow(write, of: id, after: input)
            }
        }
    }

    private func follow(_ write: StoreWrite, of id: Int64, after input: Input) throws {
        switch write {
        case .putWait(let wait):
            noteAwaited(wait.type)
            live.add(wait, of: id)
        case .removeWait(let wait):
            live.forget(wait, of: id)
        case .putTimer(let timer):
            turn.starts.timers.append(timer)
        case .removeTimer(let timer):
            window.remove(timer)
            turn.starts.timers.removeAll { $0 == timer }
        case .putActivity(let activity):
            let cursor = WaitCursor(instance: id, seq: activity.seq)
            hold(activity)
            activities.schedule(cursor, in: ticket + 1)
            turn.starts.activities.append(cursor)
        case .removeActivity(_, let seq):
            try resolveIncident(of: WaitCursor(instance: id, seq: seq), after: input)
            activities.forget(WaitCursor(instance: id, seq: seq))
            live[id]?.activitySeqs.remove(seq)
        default:
            break
        }
    }

    /// Writes the instance's row when its state or status has changed.
    private func conclude(_ id: Int64, _ reaction: Reaction, at now: Timestamp) throws {
        guard var instance = live[id] else { return }
        var changed = false
        if let state = reaction.state {
            (instance.row.state, instance.row.stateSeq) = (state, instance.journalSeq)
            changed = true
        }
        var result: Data?
        switch reaction.outcome {
        case .running, .crashed: break
        case .completed(let data): (instance.row.status, result) = (.completed, data)
        case .failed(let data): (instance.row.status, result) = (.failed, data)
        case .canceled: instance.row.status = .canceled
        case .restarted(let restart): return try self.restart(id, with: restart)
        }
        if instance.row.status.isEnded {
            (instance.row.endedAt, instance.row.result) = (now, result)
            turn.starts.ended.append((instance.row, result))
            changed = true
        }
        live[id] = instance
        if changed { saveRow(id) }
        if instance.row.status.isEnded { withdrawEverything(of: id) }
    }

    func saveRow(_ id: Int64) {
        guard var instance = live[id] else { return }
        instance.row.attributes =
            instance.attributes.isEmpty ? nil : try? JSONEncoder.sorted.encode(instance.attributes)
        live[id] = instance
        turn.touched.insert(id)
        turn.unit.writes.append(.putInstance(instance.row))
    }

    /// An instance that has ended waits for nothing.
    private func withdrawEverything(of id: Int64) {
        guard let instance = live[id] else { return }
        for wait in instance.waits.sorted(by: { ($0.seq, $0.key) < ($1.seq, $1.key) }) {
            turn.unit.writes.append(.removeWait(wait))
            live.forget(wait, of: id)
        }
    }

    /// Begins an instance afresh: its journal goes, its identity stays.
    private func restart(_ id: Int64, with restart: Restart) throws {
        guard let instance = live[id],
            let definition = definitions.definition(of: instance.row.process, version: instance.row.version)
        else { return }
        instance.machine.retire()
        withdrawEverything(of: id)
        turn.unit.writes.append(.truncateJournal(instance: id, through: instance.journalSeq))
        live[id]?.row.seed = instance.row.seed.restarted
        live[id]?.row.stateSeq = instance.journalSeq
        guard let row = live[id]?.row else { return }
        live[id]?.machine = definition.makeMachine(for: row, in: setting)
        saveRow(id)
        let trigger = definition.triggers.first
        let now = core.environment.clock.now
        let messageID = DerivedID(row.seed.digest("start"), chain: row.correlationID).id
        let envelope = Envelope(
            time: now,
            metadata: .init(
                id: messageID, kind: trigger?.kind ?? .event, name: trigger?.name ?? "process.restart",
                version: trigger?.since ?? SchemaVersion(1, 0, 0), source: component, subject: row.key),
            context: .init(correlationID: row.correlationID, trace: row.traceContext, user: row.user),
            payload: Payload(bytes: restart.start))
        try react(id, .start(Delivered(position: 0, envelope: envelope, undo: restart.undo)))
    }

    /// Stops an instance with an incident; the input that it could not take is kept, and so is everything that follows.
    func park(_ id: Int64, with input: Input?, cause: String, error: String) {
        guard var instance = live[id], !instance.row.status.isEnded else { return }
        let now = core.environment.clock.now
        instance.machine.retire()
        instance.machine = AbsentMachine()
        let wasParked = instance.row.status == .parked
        instance.row.status = .parked
        live[id] = instance
        // One that is found as it was left has its incident already.
        guard !wasParked || input != nil else { return }
        saveRow(id)
        note("parked", cause, on: id)
        if let input {
            do { try keep(input, for: id) } catch { core.fail(error) }
        }
        turn.unit.writes.append(
            .putIncident(
                IncidentRow(
                    id: core.newIncidentID(), component: component, kind: "instance", instance: id,
                    key: instance.row.key, cause: cause, error: error, at: now)))
    }

    /// The code of an instance is running where it must not.
    func escaped(_ id: Int64) throws {
        guard live[id] != nil, live[id]?.row.status == .running else { return }
        park(
            id, with: nil, cause: "escaped",
            error:
                "code of the process runs outside its flow (Task {}, Task.sleep, another executor); use the Flow for "
                + "everything that takes time")
    }
}

extension JSONEncoder {
    /// Writes object members in ascending order.
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
