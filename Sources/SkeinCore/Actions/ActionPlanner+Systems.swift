import SkeinActions
import SkeinStorage

extension ActionPlanner {
    /// Plans to stop all activities towards an outside system.
    func suspend(system: String) throws -> ActionPlan {
        let suspended = try suspendedSystems(besides: system)
        // The time of the first suspension stays.
        return ActionPlan(
            writes: suspended.contains(where: system.isSpelled(like:)) ? [] : [.suspendSystem(system, at: now)],
            changes: [.init(system: system, outcome: "suspended")])
    }

    /// Plans to let all activities towards an outside system go on.
    func resume(system: String) throws -> ActionPlan {
        let suspended = try suspendedSystems(besides: system)
        guard suspended.contains(where: system.isSpelled(like:)) else {
            let others = suspended.map { "'\($0)'" }.joined(separator: ", ")
            throw ActionError(
                .notSuspended,
                "the system '\(system)' is not suspended; "
                    + (others.isEmpty ? "none is" : "those that are: \(others)"))
        }
        return ActionPlan(
            writes: [.resumeSystem(system)], changes: [.init(system: system, outcome: "resumed")])
    }

    private func suspendedSystems(besides system: String) throws -> [String] {
        guard !system.allSatisfy(\.isWhitespace) else {
            throw ActionError(.invalidSystem, "the name of the system is empty; write it as the code has it")
        }
        return try reader.suspendedSystems()
    }
}
