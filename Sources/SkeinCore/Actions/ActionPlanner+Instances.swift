import SkeinActions
import SkeinStorage

extension ActionPlanner {
    /// - Throws: ``ActionError`` when there is no instance with the id.
    func instance(_ id: InstanceID) throws -> InstanceRow {
        guard let row = try reader.instance(id) else {
            throw ActionError(.unknownInstance, "there is no instance \(id)")
        }
        return row
    }

    private func unended(_ id: InstanceID) throws -> InstanceRow {
        let row = try instance(id)
        if let unreadable = row.unreadable {
            throw ActionError(
                .unreadableInstance,
                "the row of instance \(id) cannot be read: \(unreadable). Run the version that wrote it, or correct "
                    + "the row; then retry the instance")
        }
        guard !row.status.isEnded else {
            throw ActionError(.instanceEnded, "instance \(id) has ended (\(row.status.rawValue))")
        }
        return row
    }

    /// An instance that can end and has not ended.
    private func ending(_ id: InstanceID) throws -> InstanceRow {
        let row = try unended(id)
        guard row.notation != .entity else {
            throw ActionError(
                .noEnd,
                "instance \(id) is an entity, which has no end; suspend it, and what it is sent waits in its mailbox")
        }
        return row
    }

    func suspend(_ id: InstanceID) throws -> ActionPlan {
        var row = try unended(id)
        guard row.status != .parked else {
            throw ActionError(
                .instanceParked,
                "instance \(id) is parked by an incident and stands still already; retry or cancel it")
        }
        let changes = [ActionReport.Change(instance: id, outcome: "suspended")]
        guard row.status == .running else { return ActionPlan(changes: changes) }
        row.status = .suspended
        return ActionPlan(
            writes: [.putInstance(row), try note("suspended", on: row)], instance: row, changes: changes)
    }

    func resume(_ id: InstanceID) throws -> ActionPlan {
        var row = try unended(id)
        guard row.status != .parked else {
            throw ActionError(
                .instanceParked, "instance \(id) is not suspended but parked by an incident; retry or cancel it")
        }
        guard row.status == .suspended else {
            throw ActionError(.notSuspended, "instance \(id) is not suspended")
        }
        row.status = .running
        return ActionPlan(
            writes: [.putInstance(row), try note("resumed", on: row)], instance: row,
            changes: [.init(instance: id, outcome: "resumed")])
    }

    /// Plans that the code takes the cancellation as the next that it gets, before everything else in the mailbox.
    func cancel(_ id: InstanceID, because reason: String) throws -> ActionPlan {
        var row = try ending(id)
        guard code?.takesCancel ?? true else {
            throw ActionError(
                .isUndoing,
                "instance \(id) is undoing what it has done already; it ends when that is done. Where an activity of "
                    + "that is parked with an incident, retry it")
        }
        let open = try reader.openIncidents(of: id)
        row.status = .running
        let seq = try newMailboxSeq?() ?? reader.highWater().mailbox + 1
        let input = try StoredInput(.cancel(reason: reason)).row(seq: seq, instance: id, component: row.component)
        // The incident of an activity stays open until the code has taken the cancellation.
        let parked = open.filter { $0.kind == "instance" }
        return ActionPlan(
            writes: [.putInstance(row), .putMailbox(input)] + parked.map { .putIncident(resolved($0, "canceled")) },
            instance: row, changes: changes(of: id, "canceled", resolving: open))
    }

    /// Plans that a parked instance goes on, and that its failing activities are tried at once.
    func retry(_ id: InstanceID) throws -> ActionPlan {
        var row = try unended(id)
        let failing = try reader.activities(of: id).filter { $0.nextAt == nil || $0.attempt > 0 }
        let open = try reader.openIncidents(of: id)
        // The row of an instance that could not be read was not changed, so it may say that the instance is running.
        guard row.status == .parked || !failing.isEmpty || open.contains(where: { $0.kind == "instance" }) else {
            throw ActionError(
                .nothingFailed,
                "instance \(id) is \(row.status.rawValue) and nothing of it has failed; there is nothing to retry")
        }
        if row.status == .parked { row.status = .running }
        var writes: [StoreWrite] = [.putInstance(row), try note("retried", on: row)]
        for var activity in failing {
            activity.retryNow(at: now)
            writes.append(.putActivity(activity))
        }
        writes += open.map { .putIncident(resolved($0, "retried")) }
        return ActionPlan(writes: writes, instance: row, changes: changes(of: id, "retried", resolving: open))
    }

    /// Plans a change to the retry policy of an activity under way.
    func edit(_ edit: RetryPolicy.Edit, of op: Int64, in id: InstanceID) throws -> ActionPlan {
        if let problem = edit.problem {
            throw ActionError(.invalidPolicy, "the retry policy is wrong: \(problem)")
        }
        let row = try unended(id)
        let underWay = try reader.activities(of: id)
        guard var activity = underWay.first(where: { $0.seq == op }) else {
            let others = underWay.map { "\($0.seq) ('\($0.name)')" }.joined(separator: ", ")
            throw ActionError(
                .unknownActivity,
                "instance \(id) has no activity \(op) under way; "
                    + (others.isEmpty ? "it has none" : "those that it has: \(others)"))
        }
        try activity.edit(edit, of: code?.policy(op), at: now)
        return ActionPlan(
            writes: [.putInstance(row), .putActivity(activity), try note("edited", activity.name, on: row)],
            instance: row, changes: [.init(instance: id, activity: op, outcome: "edited")])
    }

    /// Plans the end of an instance without its code: nothing of what it has done is undone, and nothing more is done.
    ///
    /// Its mailbox may be of any length, so it is removed in parts afterwards: by the kernel that has the instance
    /// (``MailboxDelivery``), or by whoever carries out the action where no kernel has it. A crash in between may leave
    /// a rest, which a kernel removes when it starts, or another termination.
    func terminate(_ id: InstanceID, because reason: String) throws -> ActionPlan {
        if let rest = try terminateAgain(id) { return rest }
        var row = try ending(id)
        let open = try reader.openIncidents(of: id)
        (row.status, row.endedAt) = (.canceled, now)
        var writes: [StoreWrite] = [.putInstance(row), try note("terminate", error: reason, on: row)]
        writes += try reader.waits(of: id).map { .removeWait($0) }
        writes += try reader.timers(of: id).map { .removeTimer($0) }
        writes += try reader.activities(of: id).map { .removeActivity(instance: id, seq: $0.seq) }
        writes += open.map { .putIncident(resolved($0, "terminated")) }
        return ActionPlan(writes: writes, instance: row, changes: changes(of: id, "terminated", resolving: open))
    }

    /// Plans to remove what a crash has left in the mailbox of an instance that has ended.
    ///
    /// - Returns: `nil` when the instance has not ended, or nothing is left.
    private func terminateAgain(_ id: InstanceID) throws -> ActionPlan? {
        let row = try instance(id)
        guard row.status.isEnded, case let writes = try removals(fromMailboxOf: id), !writes.isEmpty else { return nil }
        return ActionPlan(writes: writes, instance: row, changes: changes(of: id, "terminated", resolving: []))
    }

    /// How many entries of a mailbox one commit removes at most.
    private static let part = 1000

    /// The writes that remove the first entries of a mailbox; none when it is empty.
    func removals(fromMailboxOf id: InstanceID) throws -> [StoreWrite] {
        try reader.mailbox(of: id, limit: Self.part).map { .removeMailbox(seq: $0.seq) }
    }

    private func changes(
        of id: InstanceID, _ outcome: String, resolving open: [IncidentRow]
    ) -> [ActionReport.Change] {
        guard !open.isEmpty else { return [.init(instance: id, outcome: outcome)] }
        return open.map { .init(incident: $0.id, instance: id, outcome: outcome) }
    }

    /// A note about the instance for its journal; see ``JournalEntry/isNote``.
    private func note(
        _ kind: String, _ detail: String? = nil, error: String? = nil, on row: InstanceRow
    ) throws -> StoreWrite {
        var entry = JournalEntry(kind: kind)
        (entry.detail, entry.error) = (detail, error)
        let seq = max(row.stateSeq, try reader.journalEnd(of: row.id)) + 1
        return .appendJournal(JournalRow(instance: row.id, seq: seq, kind: entry.kind, body: entry.body, at: now))
    }
}
