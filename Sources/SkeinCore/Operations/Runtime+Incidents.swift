import SkeinStorage

extension Runtime {
    /// Repairs what an incident holds up; see ``IncidentRepair`` for the ways.
    ///
    /// An edited payload is for this subscription alone: the log keeps the message as it was published.
    /// - Throws: ``OperationError`` when there is no such incident, when it is resolved, and when it holds up an
    ///   activity or an instance and is to be edited, skipped or redirected: a process needs an outcome.
    public func repair(incident id: Int64, _ repair: IncidentRepair) async throws {
        _ = try await self.repair(repair, id)
    }

    /// Repairs, one by one, everything that is held up for one cause when the call begins.
    ///
    /// Memory does not follow the number of incidents.
    /// - Returns: what was changed, and which incidents refused and why.
    public func repair(incidentsWithCause cause: String, _ repair: IncidentRepair) async throws -> OperationReport {
        let reader = try planner().reader
        let newest = try reader.highWater().incident
        var report = OperationReport()
        var last: Int64 = 0
        while case let page = try reader.openIncidents(cause: cause, after: last, limit: 500), let end = page.last {
            // One that failed again meanwhile has a new incident, which is not repaired again.
            for row in page where try row.id <= newest && reader.incident(row.id)?.resolvedAt == nil {
                do {
                    report.add(try await self.repair(repair, row.id))
                } catch let error as OperationError {
                    report.add(.init(incident: row.id, reason: error.description))
                }
            }
            guard end.id < newest else { break }
            last = end.id
        }
        return report
    }

    /// Carries out any action of an operator; it is durable when the call returns.
    ///
    /// - Throws: ``OperationError`` when it cannot be carried out; ``StoreError``.
    public func perform(_ action: OperatorAction) async throws -> OperationReport {
        switch action {
        case .repair(let id, let repair): return OperationReport(changes: try await self.repair(repair, id))
        case .repairAll(let cause, let repair): return try await self.repair(incidentsWithCause: cause, repair)
        default: return try await operate(action)
        }
    }

    private func operate(_ action: OperatorAction) async throws -> OperationReport {
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

    func planner() throws -> OperationPlanner {
        OperationPlanner(
            reader: try core.store.makeReader(), now: core.environment.clock.now,
            maximumPayloadSize: core.configuration.maximumPayloadSize, components: Set(registries.map(\.component)),
            newMailboxSeq: { [core] in core.newMailboxSeq() })
    }

    private func repair(_ repair: IncidentRepair, _ id: Int64) async throws -> [OperationReport.Change] {
        guard core.operations.claim(id) else {
            throw OperationError("incident \(id) is being changed by somebody else at this moment")
        }
        defer { core.operations.release(id) }
        let planner = try planner()
        let incident = try planner.openIncident(id)
        if case .retry = repair, let instance = incident.instance {
            let open = try planner.openIncidents(of: instance)
            try await operate(.retry, on: instance)
            return InstanceOperation.retry.changes(of: instance, resolving: open)
        }
        let place = planner.place(of: incident)
        defer { if let place { letGo(place) } }
        if let place { try await hold(place, for: incident) }
        // The attempt that was under way may have resolved the incident.
        let plan = try planner.plan(repair, on: try planner.openIncident(id))
        _ = try await core.committer.commit(plan.unit)
        return plan.changes
    }

    /// Waits until no attempt at a key is under way, and lets none begin until ``letGo(_:)``.
    private func hold(_ place: OperationPlan.Place, for incident: IncidentRow) async throws {
        guard let engine = handlerEngine(place.subscription) else { return }
        let deadline = core.environment.clock.now.advanced(by: Self.longestWaitForAttempt)
        let problem: String? = await withUnsafeContinuation { continuation in
            let done = core.operations.calls.begin { continuation.resume(returning: $0) }
            let token = core.timers.schedule(at: deadline) {
                done(
                    "the message of incident \(incident.id) is being tried at this moment; act again when that attempt "
                        + "has ended, at the latest after the handler's timeout")
            }
            engine.post(
                .hold(key: place.key) { [timers = core.timers] in
                    timers.cancel(token)
                    done(nil)
                })
        }
        if let problem { throw OperationError(problem) }
    }

    /// How long an operator's action waits for an attempt under way; shorter than a tool waits for its answer.
    private static let longestWaitForAttempt: Duration = .seconds(10)

    private func letGo(_ place: OperationPlan.Place) {
        handlerEngine(place.subscription)?.post(.letGo(key: place.key))
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
