import SkeinStorage

extension OperationPlanner {
    /// Plans to stop, or to let go on, all activities towards an outside system.
    ///
    /// - Throws: ``OperationError`` for a name that no system can have, and for resuming one that is not suspended.
    func plan(_ operation: SystemOperation, on system: String) throws -> OperationPlan {
        guard !system.allSatisfy(\.isWhitespace) else { throw OperationError("the name of the system is empty") }
        let suspended = try reader.heldSystems()
        var plan = OperationPlan()
        switch operation {
        case .suspend:
            // The time of the first suspension stays.
            if !suspended.contains(system) { plan.writes = [.holdSystem(system, at: now)] }
            plan.changes = [.init(system: system, outcome: "suspended")]
        case .resume:
            guard suspended.contains(system) else {
                let others = suspended.map { "'\($0)'" }.joined(separator: ", ")
                throw OperationError(
                    "the system '\(system)' is not suspended; "
                        + (others.isEmpty ? "none is" : "those that are: \(others)"))
            }
            plan.writes = [.releaseSystem(system)]
            plan.changes = [.init(system: system, outcome: "resumed")]
        }
        return plan
    }

    /// Checks a change to the retry policy of an activity.
    ///
    /// - Throws: ``OperationError`` for a policy that cannot be, and for an activity that is not under way.
    func check(_ edit: RetryPolicy.Edit, of op: Int64, in instance: Int64) throws {
        if let problem = edit.problem { throw OperationError("the retry policy is wrong: \(problem)") }
        guard let row = try reader.instance(instance), !row.status.isEnded else { return }
        let scheduled = try reader.activities(of: instance)
        guard !scheduled.contains(where: { $0.seq == op }) else { return }
        let others = scheduled.map { "\($0.seq) ('\($0.name)')" }.joined(separator: ", ")
        throw OperationError(
            "instance \(instance) has no activity \(op) under way; "
                + (others.isEmpty ? "it has none" : "those that it has: \(others)"))
    }
}

/// What an operator does to an outside system.
enum SystemOperation {
    case suspend, resume
}

extension OperatorAction {
    /// The operation on an outside system that the action is, if it is one.
    var onSystem: (SystemOperation, String)? {
        switch self {
        case .suspendSystem(let system): (.suspend, system)
        case .resumeSystem(let system): (.resume, system)
        default: nil
        }
    }
}
