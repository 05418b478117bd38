public import SkeinStorage

extension Store {
    /// Does to a store what ``Runtime/perform(_:)`` does, without a runtime: each change is one commit, and the next
    /// runtime on the store goes on from there.
    ///
    /// No runtime may have the store open; where one has, ask it instead.
    /// - Parameter now: what is due at once is due at this time.
    /// - Throws: ``ActionError`` when the action cannot be carried out; ``StoreError``.
    public func perform(_ action: OperatorAction, at now: Timestamp) throws -> ActionReport {
        let planner = ActionPlanner(reader: try makeReader(), now: now)
        guard case .repairAll(let cause, let repair) = action else {
            return ActionReport(changes: try perform(action, planner).changes)
        }
        var report = ActionReport()
        try planner.forEachIncident(ofCause: cause) { incident in
            do {
                report.add(try perform(.repair(incident: incident.id, repair), planner).changes)
            } catch let error as ActionError {
                report.add(.init(error, incident: incident.id))
            }
        }
        return report
    }

    private func perform(_ action: OperatorAction, _ planner: ActionPlanner) throws -> ActionPlan {
        let plan = try planner.plan(action)
        for case .failed(let error) in try commit(CommitBatch(units: [plan.unit])) {
            throw error
        }
        return plan
    }
}
