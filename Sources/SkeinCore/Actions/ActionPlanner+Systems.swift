import SkeinActions
import SkeinStorage

extension ActionPlanner {
    /// Plans to stop all activities towards an outside system.
    func suspend(system: String) throws -> ActionPlan {
        let suspended = try suspendedSystems(besides: system)
        // The time of the first suspension stays.
        return ActionPlan(
            writes: suspended.contains(where: system.isSpelled(like:)) ? [] : [.suspendSystem(system, at: now)],
            changes: [change(of: system, "suspended")])
    }

    /// Plans to let all activities towards an outside system go on.
    func resume(system: String) throws -> ActionPlan {
        let suspended = try suspendedSystems(besides: system)
        guard suspended.contains(where: system.isSpelled(like:)) else {
            let isChannel = ChannelSystem.channel(of: system) != nil
            let others = suspended.filter { (ChannelSystem.channel(of: $0) != nil) == isChannel }
                .map { "'\(ChannelSystem.channel(of: $0) ?? $0)'" }.joined(separator: ", ")
            throw ActionError(
                .notSuspended,
                "the \(ChannelSystem.label(of: system)) is not suspended; "
                    + (others.isEmpty ? "none is" : "those that are: \(others)"))
        }
        return ActionPlan(
            writes: [.resumeSystem(system)], changes: [change(of: system, "resumed")])
    }

    private func change(of system: String, _ outcome: String) -> ActionReport.Change {
        guard let channel = ChannelSystem.channel(of: system) else { return .init(system: system, outcome: outcome) }
        return .init(channel: channel, outcome: outcome)
    }

    private func suspendedSystems(besides system: String) throws -> [String] {
        guard !system.allSatisfy(\.isWhitespace) else {
            throw ActionError(.invalidSystem, "the name of the system is empty; write it as the code has it")
        }
        return try reader.suspendedSystems()
    }
}
