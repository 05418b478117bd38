import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension OperationPlanner {
    /// Plans what is done to an instance that no runtime has in memory; the next runtime reads it from the store.
    ///
    /// - Throws: ``OperationError``, naming the instance and why.
    func plan(_ operation: InstanceOperation, on id: Int64) throws -> OperationPlan {
        guard var row = try reader.instance(id) else { throw OperationError("there is no instance \(id)") }
        let failing = try reader.activities(of: id).filter { $0.nextAt == nil || $0.attempt > 0 }
        let open = try openIncidents(of: id)
        if let problem = operation.problem(on: row, isFailing: !failing.isEmpty) { throw OperationError(problem) }
        var plan = OperationPlan()
        switch operation {
        case .suspend:
            row.status = .suspended
            plan.writes.append(try note("suspended", on: row))
        case .resume:
            row.status = .running
            plan.writes.append(try note("resumed", on: row))
        case .cancel(let reason):
            row.status = .running
            let input = StoredInput(.cancel(reason: reason))
            let seq = try newMailboxSeq?() ?? reader.highWater().mailbox + 1
            plan.writes.append(.putMailbox(try input.row(seq: seq, instance: id, component: row.component)))
            // What an activity is held by stays open until the code has taken the cancellation.
            let parked = open.filter { $0.kind == "instance" }
            plan.writes += parked.map { .putIncident(resolved($0, "canceled")) }
        case .retry:
            if row.status == .parked { row.status = .running }
            plan.writes.append(try note("retried", on: row))
            for var activity in failing {
                activity.retryNow(at: now)
                plan.writes.append(.putActivity(activity))
            }
            plan.writes += open.map { .putIncident(resolved($0, "retried")) }
        case .edit(let op, let edit):
            guard var activity = try reader.activities(of: id).first(where: { $0.seq == op }) else {
                throw OperationError("instance \(id) has no scheduled activity \(op)")
            }
            try activity.edit(edit, of: nil, at: now)
            plan.writes.append(.putActivity(activity))
            plan.writes.append(try note("edited", activity.name, on: row))
        case .terminate(let reason):
            let (ended, writes) = try termination(of: row, because: reason)
            (row, plan.writes) = (ended, writes)
        }
        plan.writes.insert(.putInstance(row), at: 0)
        plan.changes = operation.changes(of: id, resolving: open)
        return plan
    }
}

extension InstanceOperation {
    /// Why the operation cannot be done to an instance as it is; `nil` where it can.
    ///
    /// - Parameter isFailing: whether an activity of the instance waits for an operator or for another attempt.
    func problem(on row: InstanceRow, isFailing: Bool) -> String? {
        if row.status.isEnded { return "instance \(row.id) has ended (\(row.status.rawValue))" }
        switch self {
        case .cancel where row.notation == .entity, .terminate where row.notation == .entity:
            return "instance \(row.id) is an entity, which has no end; suspend it to hold up what it is sent"
        case .suspend where row.status == .parked:
            return "instance \(row.id) is parked by an incident and stands still already; retry or cancel it"
        case .resume where row.status == .parked:
            return "instance \(row.id) is not suspended but parked by an incident; retry or cancel it"
        case .resume where row.status != .suspended:
            return "instance \(row.id) is not suspended"
        case .retry where row.status != .parked && !isFailing:
            return
                "instance \(row.id) is \(row.status.rawValue) and nothing of it has failed; there is nothing to retry"
        default:
            return nil
        }
    }
}
