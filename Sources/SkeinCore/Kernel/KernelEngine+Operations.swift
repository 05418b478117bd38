#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Waits in memory for an instance to end.
struct OutcomeObserver: Sendable {
    var identity: InstanceKey
    /// Tells observers of one instance apart.
    var id: UInt64
    /// Called once, with the instance's row, from any thread.
    var notify: @Sendable (InstanceRow) -> Void
}

/// What an operator does to an instance.
enum InstanceOperation: Sendable {
    case cancel(reason: String)
    /// Ends the instance without its code, and without undoing anything.
    case terminate(reason: String)
    case suspend
    case resume
    /// Lets a parked instance, or its activity held by an incident, go on.
    case retry
    /// Changes the retry policy of a scheduled activity.
    case edit(op: Int64, policy: RetryPolicy.Edit)
}

extension KernelEngine {
    func observe(_ observer: OutcomeObserver) throws {
        let row =
            try live.id(of: observer.identity).flatMap { live[$0]?.row }
            ?? reader.instance(
                component: component, process: observer.identity.process, key: observer.identity.key)
        if let row, row.status.isEnded, live[row.id].map({ $0.ticket <= committedTicket }) ?? true {
            observer.notify(row)
        } else {
            observers[observer.identity, default: []].append(observer)
        }
    }

    /// Nobody waits any more.
    func forget(_ observer: UInt64, of identity: InstanceKey) {
        observers[identity]?.removeAll { $0.id == observer }
        if observers[identity]?.isEmpty == true { observers[identity] = nil }
    }

    func notify(_ row: InstanceRow, result: Data?) {
        live.markEnded(row.id)
        for observer in observers.removeValue(forKey: InstanceKey(row)) ?? [] { observer.notify(row) }
    }

    /// Goes on with an instance that may have inputs in its mailbox.
    func reconsider(_ id: Int64) throws {
        guard try load(id), let instance = live[id] else { return }
        if instance.row.status.isEnded { live.markEnded(id) }
        guard instance.row.status == .running || instance.row.status.isEnded else { return }
        guard isAtRest(instance) else { return deferred.append(.reconsider(instance: id)) }
        try emptyMailbox(of: id)
        guard live[id]?.row.status == .running else { return }
        for timer in try reader.timers(of: id) { window.insert(timer) }
        for activity in try reader.activities(of: id) where activity.nextAt != nil {
            activities.enqueue(WaitCursor(instance: id, seq: activity.seq))
        }
        post(.timersDue)
    }

    /// Delivers what an instance has been sent while it stood still. A cancellation comes first: what parked the
    /// instance is in the mailbox too, and must not park it again before that.
    private func emptyMailbox(of id: Int64) throws {
        var inputs: [(row: MailboxRow, stored: StoredInput?)] = []
        for row in try reader.mailbox(of: id, limit: .max) {
            inputs.append((row, try? JSONDecoder().decode(StoredInput.self, from: row.input)))
        }
        live[id]?.isCatchingUp = false
        let seed = live[id]?.row.seed
        let cancels = inputs.filter { $0.stored?.kind == "cancel" }
        for (row, stored) in cancels + inputs.filter({ $0.stored?.kind != "cancel" }) {
            guard let input = try input(stored) else {
                // It stays: other code may be able to read it. An instance that has ended has no use for it.
                if live[id]?.row.status == .running {
                    return park(
                        id, with: nil, cause: "mailbox", error: "entry \(row.seq) of the mailbox cannot be read")
                }
                take(row)
                if live[id]?.row.status.isEnded == false { putBack(row) }
                continue
            }
            take(row)
            if case .cancel = input, live[id]?.machine.takesCancel ?? false {
                let open = try planner.openIncidents(of: id)
                turn.unit.writes += open.map { .putIncident(planner.resolved($0, "canceled")) }
            }
            // The instance has restarted since, so its operations have other meanings under the same numbers.
            if live[id]?.row.seed != seed, input.isOutcome { continue }
            guard let input = try awaited(input, by: id) else { continue }
            try deliver(input, to: id)
        }
    }

    private func take(_ row: MailboxRow) {
        turn.unit.writes.append(.removeMailbox(seq: row.seq))
        turn.touched.insert(row.instance)
        takenFromMailbox[row.seq] = ticket + 1
    }

    /// Puts an entry behind the one that has stopped the instance again, and that has a new place itself.
    private func putBack(_ row: MailboxRow) {
        var row = row
        row.seq = core.newMailboxSeq()
        turn.unit.writes.append(.putMailbox(row))
    }

    /// What an entry of a mailbox stands for; `nil` where that cannot be told, or the message is missing.
    private func input(_ stored: StoredInput?) throws -> Input? {
        do {
            return try stored?.input(from: reader)
        } catch let error as StoreError where error.code == .corrupt {
            return nil
        }
    }

    /// Finds the operation for a message that came while the instance could not react, if an earlier message has ended
    /// its operation since. Then the first wait that admits the message gets it. If there is none, the message is
    /// treated as the process declares for messages that nobody waits for.
    ///
    /// - Returns: the input to deliver; `nil` when the message was kept for a later wait, ignored, or parked.
    private func awaited(_ input: Input, by id: Int64) throws -> Input? {
        guard case .message(let op?, var delivered) = input, let instance = live[id],
            !instance.waits.contains(where: { $0.seq == op && $0.admits(delivered) })
        else { return input }
        let record = Record(position: delivered.position, envelope: delivered.envelope, value: delivered.value)
        let triggers = (definitions.triggers[record.envelope.name] ?? []).filter {
            $0.definition.process == instance.row.process
        }
        var delivery = plan(record, triggers, released: nil)
        let waits = instance.waits.filter { wait in
            wait.type == record.envelope.name
                && delivery.keys.contains { $0 == wait.key && delivery.means(wait, under: $0) }
        }
        guard let first = waits.min(by: { $0.seq < $1.seq }) else {
            guard live[id]?.row.status == .running else { return input }
            delivery.refusals = []
            for entry in delivery.unmatched where entry.process == instance.row.process {
                unmet(entry, &delivery, for: id)
            }
            if delivery.unmatched.isEmpty { core.counters.unmatched.increment() }
            if !delivery.refusals.isEmpty { try setAside(delivery) }
            return nil
        }
        delivered.key = first.key
        return .message(op: first.seq, delivered)
    }

    /// Applies what an operator asks for; `done` gets an error text, or `nil`, when that is durable.
    func operate(_ operation: InstanceOperation, on id: Int64, done: @escaping @Sendable (String?) -> Void) throws {
        guard try load(id), let instance = live[id] else { return done("there is no instance \(id) in '\(component)'") }
        guard isAtRest(instance) else {
            return deferred.append(.operate(operation, instance: id, done: done))
        }
        let isFailing = try reader.activities(of: id).contains { $0.nextAt == nil || $0.attempt > 0 }
        if let problem = operation.problem(on: instance.row, isFailing: isFailing) { return done(problem) }
        switch operation {
        case .suspend:
            if instance.row.status == .running {
                setStatus(.suspended, of: id)
                note("suspended", on: id)
            }
        case .resume:
            setStatus(.running, of: id)
            note("resumed", on: id)
            deferred.append(.reconsider(instance: id))
        case .cancel(let reason):
            let open = try planner.openIncidents(of: id)
            if instance.row.status != .running, let problem = try revive(id) { return done(problem) }
            guard live[id]?.machine.takesCancel ?? false else {
                if instance.row.status != .running { setStatus(instance.row.status, of: id) }
                return done(
                    "instance \(id) is undoing what it has done already; it ends when that is done. Where an activity "
                        + "of that is held by an incident, retry it")
            }
            try react(id, .cancel(reason: reason))
            turn.unit.writes += open.map { .putIncident(planner.resolved($0, "canceled")) }
            deferred.append(.reconsider(instance: id))
        case .terminate(let reason):
            try terminate(id, because: reason)
        case .retry:
            if let problem = try retry(id) { return done(problem) }
        case .edit(let op, let edit):
            guard var row = try reader.activities(of: id).first(where: { $0.seq == op }) else {
                return done("instance \(id) has no scheduled activity \(op)")
            }
            try row.edit(edit, of: live[id]?.machine.activity(op)?.options.retry, at: core.environment.clock.now)
            reschedule(row)
            note("edited", row.name, on: id)
        }
        turn.answers.append(done)
        submit()
    }

    /// Writes a scheduled activity down, and looks at it again when that is durable.
    private func reschedule(_ row: ActivityRow) {
        let activity = WaitCursor(instance: row.instance, seq: row.seq)
        hold(row)
        turn.touched.insert(row.instance)
        turn.unit.writes.append(.putActivity(row))
        if row.nextAt != nil { turn.starts.activities.append(activity) }
    }

    private func terminate(_ id: Int64, because reason: String) throws {
        guard let instance = live[id] else { return }
        for timer in try reader.timers(of: id) { window.remove(timer) }
        for activity in try reader.activities(of: id) {
            activities.forget(WaitCursor(instance: id, seq: activity.seq))
        }
        let (row, writes) = try planner.termination(of: instance.row, because: reason)
        instance.machine.retire()
        for wait in instance.waits { live.forget(wait, of: id) }
        live[id]?.machine = AbsentMachine()
        live[id]?.row = row
        turn.touched.insert(id)
        turn.unit.writes += writes
        turn.starts.ended.append((row, nil))
    }

    private func setStatus(_ status: InstanceStatus, of id: Int64) {
        live[id]?.row.status = status
        // What has been kept comes before what arrives from now on.
        live[id]?.isCatchingUp = status == .running
        saveRow(id)
    }

    /// Whether the store knows everything about an instance.
    private func isAtRest(_ instance: LiveInstance) -> Bool {
        instance.ticket <= committedTicket && !turn.touched.contains(instance.row.id)
    }

    private func retry(_ id: Int64) throws -> String? {
        let open = try planner.openIncidents(of: id)
        if live[id]?.row.status == .parked, let problem = try revive(id) { return problem }
        for var row in try reader.activities(of: id) where row.nextAt == nil || row.attempt > 0 {
            row.retryNow(at: core.environment.clock.now)
            reschedule(row)
        }
        note("retried", on: id)
        turn.unit.writes += open.map { .putIncident(planner.resolved($0, "retried")) }
        deferred.append(.reconsider(instance: id))
        return nil
    }

    /// Brings a parked instance back to life under the code as it is now.
    private func revive(_ id: Int64) throws -> String? {
        guard let instance = live[id] else { return nil }
        if instance.row.status == .parked {
            evict(instance)
            guard try load(id, reviving: true), let machine = live[id]?.machine, !(machine is AbsentMachine) else {
                return "instance \(id) still cannot go on; see its incident"
            }
        }
        setStatus(.running, of: id)
        return nil
    }

    private var planner: OperationPlanner { OperationPlanner(reader: reader, now: core.environment.clock.now) }
}
