#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension Runtime {
    /// Tries again what an incident holds up, with a fresh budget of attempts: a message and its key, an activity, an
    /// instance, or a dead letter, which is handed to its subscription once more.
    ///
    /// - Throws: ``OperationError`` when there is no such incident or it is resolved.
    public func retry(incident id: Int64) async throws { _ = try await repair(.retry(incident: id), id) }

    /// Replaces the payload of the message that an incident holds up, and tries again. The log keeps the
    /// message as it was published, and other subscriptions get that.
    ///
    /// - Parameter payload: JSON.
    /// - Throws: ``OperationError``, also when the incident is about no message or the payload is no JSON.
    public func edit(incident id: Int64, payload: Data) async throws {
        _ = try await repair(.edit(incident: id, payload: payload), id)
    }

    /// Goes on without the message that an incident holds up; the incident keeps it visible.
    ///
    /// - Throws: ``OperationError``, also for an activity or instance, whose process needs an outcome.
    public func skip(incident id: Int64) async throws { _ = try await repair(.skip(incident: id), id) }

    /// Tries again everything that is held up for one cause.
    ///
    /// - Returns: what was changed, and which incidents refused and why.
    public func retry(incidentsWithCause cause: String) async throws -> OperationReport {
        let planner = try planner()
        var report = OperationReport()
        for incident in try planner.openIncidents(cause: cause) {
            guard try planner.reader.incident(incident.id)?.resolvedAt == nil else { continue }
            do {
                report.changes += try await repair(.retry(incident: incident.id), incident.id)
            } catch let error as OperationError {
                report.refused.append(.init(incident: incident.id, reason: error.description))
            }
        }
        return report
    }

    /// Carries out any action of an operator; it is durable when the call returns.
    ///
    /// - Throws: ``OperationError`` when it cannot be carried out; ``StoreError``.
    public func perform(_ action: OperatorAction) async throws -> OperationReport {
        if case .retryAll(let cause) = action { return try await retry(incidentsWithCause: cause) }
        if let id = action.incident { return OperationReport(changes: try await repair(action, id)) }
        let planner = try planner()
        if let (operation, system) = action.onSystem {
            let plan = try planner.plan(operation, on: system)
            switch operation {
            case .suspend where plan.writes.isEmpty: break
            case .suspend: try await suspend(system: system)
            case .resume: try await resume(system: system)
            }
            return OperationReport(changes: plan.changes)
        }
        if case .editRetry(let id, let op, let edit) = action { try planner.check(edit, of: op, in: id) }
        guard let (operation, id) = action.onInstance else { return OperationReport() }
        let open = try planner.openIncidents(of: id)
        try await operate(operation, on: id)
        return OperationReport(changes: operation.changes(of: id, resolving: open))
    }

    private func planner() throws -> OperationPlanner {
        OperationPlanner(
            reader: try core.store.makeReader(), now: core.environment.clock.now,
            maximumPayloadSize: core.configuration.maximumPayloadSize)
    }

    private func repair(_ action: OperatorAction, _ id: Int64) async throws -> [OperationReport.Change] {
        guard core.operations.claim(id) else {
            throw OperationError("incident \(id) is being changed by somebody else at this moment")
        }
        defer { core.operations.release(id) }
        let planner = try planner()
        let incident = try planner.openIncident(id)
        if case .retry = action, let instance = incident.instance {
            let open = try planner.openIncidents(of: instance)
            try await operate(.retry, on: instance)
            return InstanceOperation.retry.changes(of: instance, resolving: open)
        }
        let plan = try planner.plan(action, on: incident)
        _ = try await core.committer.commit(CommitUnit(writes: plan.writes))
        if let place = plan.place { reconsider(place) }
        return plan.changes
    }

    private func reconsider(_ place: OperationPlan.Place) {
        handlerEngine(place.subscription)?.reconsider(key: place.key)
        kernelEngine(place.subscription)?.post(.release(key: place.key))
    }
}

extension InstanceOperation {
    /// What the operation has changed, for the report.
    func changes(of id: Int64, resolving open: [IncidentRow]) -> [OperationReport.Change] {
        let outcome =
            switch self {
            case .cancel: "canceled"
            case .terminate: "terminated"
            case .suspend: "suspended"
            case .resume: "resumed"
            case .retry: "retried"
            case .edit: "edited"
            }
        let resolves =
            switch self {
            case .cancel, .terminate, .retry: !open.isEmpty
            case .suspend, .resume, .edit: false
            }
        if case .edit(let op, _) = self { return [.init(instance: id, activity: op, outcome: outcome)] }
        guard resolves else { return [.init(instance: id, outcome: outcome)] }
        return open.map { .init(incident: $0.id, instance: id, outcome: outcome) }
    }
}
