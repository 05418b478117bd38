public import SkeinStorage

extension Store {
    /// Does to a store what ``Runtime/perform(_:)`` does, without a runtime: each change is one commit, and the next
    /// runtime on the store goes on from there.
    ///
    /// No runtime may have the store open; where one has, ask it instead.
    /// - Parameter now: what is due at once is due at this time.
    /// - Throws: ``OperationError`` when the action cannot be carried out; ``StoreError``.
    public func perform(_ action: OperatorAction, at now: Timestamp) throws -> OperationReport {
        let planner = OperationPlanner(reader: try makeReader(), now: now)
        guard case .repairAll(let cause, let repair) = action else {
            return OperationReport(changes: try perform(action, planner).changes)
        }
        var report = OperationReport()
        try planner.forEachIncident(ofCause: cause) { incident in
            do {
                report.add(try perform(.repair(incident: incident.id, repair), planner).changes)
            } catch let error as OperationError {
                report.add(.init(incident: incident.id, reason: error.description))
            }
        }
        return report
    }

    private func perform(_ action: OperatorAction, _ planner: OperationPlanner) throws -> OperationPlan {
        let plan = try planner.plan(action)
        for case .failed(let error) in try commit(CommitBatch(units: [plan.unit])) {
            throw error
        }
        return plan
    }
}

extension OperationPlanner {
    /// Plans an action on one thing.
    fileprivate func plan(_ action: OperatorAction) throws -> OperationPlan {
        if let (operation, system) = action.onSystem { return try plan(operation, on: system) }
        if case .editRetry(let id, let op, let edit) = action { try check(edit, of: op, in: id) }
        if let (operation, id) = action.onInstance { return try plan(operation, on: id) }
        guard case .repair(let id, let repair) = action else {
            throw OperationError("a bulk action has no plan of its own")
        }
        let incident = try openIncident(id)
        if case .retry = repair, let instance = incident.instance { return try plan(.retry, on: instance) }
        return try plan(repair, on: incident)
    }
}

extension OperatorAction {
    /// The operation on an instance that the action is, if it is one.
    var onInstance: (InstanceOperation, Int64)? {
        switch self {
        case .retryInstance(let id): (.retry, id)
        case .cancel(let id, let reason): (.cancel(reason: reason), id)
        case .terminate(let id, let reason): (.terminate(reason: reason), id)
        case .suspend(let id): (.suspend, id)
        case .resume(let id): (.resume, id)
        case .editRetry(let id, let op, let edit): (.edit(op: op, policy: edit), id)
        case .repair, .repairAll, .suspendSystem, .resumeSystem: nil
        }
    }
}
