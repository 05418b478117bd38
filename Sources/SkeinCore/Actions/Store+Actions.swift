package import SkeinActions
package import SkeinMessages
package import SkeinStorage

extension Store {
    /// Does an action's plan to a store that no runtime has open; `SkeinOperator` has it as `perform(_:at:)`.
    package func carryOut(_ action: OperatorAction, at now: Timestamp) throws -> ActionReport {
        let planner = ActionPlanner(reader: try makeReader(), now: now)
        guard case .repairAll(let cause, let repair) = action else {
            return ActionReport(changes: try carryOut(action, planner).changes)
        }
        var report = ActionReport()
        try planner.forEachIncident(ofCause: cause) { incident in
            do {
                report.add(try carryOut(.repair(incident: incident.id, repair), planner).changes)
            } catch let error as ActionError {
                report.add(.init(error, incident: incident.id))
            }
        }
        return report
    }

    private func carryOut(_ action: OperatorAction, _ planner: ActionPlanner) throws -> ActionPlan {
        let plan = try planner.plan(action)
        for case .failed(let error) in try commit(CommitBatch(units: [plan.unit])) {
            throw error
        }
        guard let ended = plan.ended else { return plan }
        while case let writes = try planner.removals(fromMailboxOf: ended), !writes.isEmpty {
            _ = try commit(CommitBatch(units: [CommitUnit(writes: writes)]))
        }
        return plan
    }
}
