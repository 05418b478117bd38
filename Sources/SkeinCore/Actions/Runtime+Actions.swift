import SkeinStorage

extension Runtime {
    /// Carries out any action of an operator; it is durable when the call returns.
    ///
    /// An instance goes on after the commit, so code that still cannot go on parks the instance again, with a new
    /// incident. A message of which an attempt is under way is waited for, at most ten seconds.
    /// - Throws: ``ActionError`` when it cannot be carried out; ``StoreError``.
    public func perform(_ action: OperatorAction) async throws -> ActionReport {
        guard case .repairAll(let cause, let repair) = action else {
            return ActionReport(changes: try await act(action))
        }
        return try await self.repair(incidentsWithCause: cause, repair)
    }

    /// Repairs what an incident is about; see ``IncidentRepair`` for the ways.
    ///
    /// An edited payload is for this subscription alone: the log keeps the message as it was published.
    /// - Throws: ``ActionError`` when there is no such incident, when it is resolved, and when it is about an
    ///   activity or an instance and is to be edited, skipped or redirected: a process needs an outcome.
    public func repair(incident id: IncidentID, _ repair: IncidentRepair) async throws {
        _ = try await act(.repair(incident: id, repair))
    }

    /// Repairs, one by one, everything that is parked for one cause when the call begins.
    ///
    /// Memory does not follow the number of incidents.
    /// - Returns: what was changed, and which incidents refused and why.
    public func repair(incidentsWithCause cause: String, _ repair: IncidentRepair) async throws -> ActionReport {
        let reader = try core.store.makeReader()
        let newest = try reader.highWater().incident
        var report = ActionReport()
        var last: IncidentID = 0
        while case let page = try reader.openIncidents(cause: cause, after: last, limit: 500), let end = page.last {
            // One that failed again meanwhile has a new incident, which is not repaired again.
            for row in page where try row.id <= newest && reader.incident(row.id)?.resolvedAt == nil {
                do {
                    report.add(try await act(.repair(incident: row.id, repair)))
                } catch let error as ActionError {
                    report.add(.init(error, incident: row.id))
                }
            }
            guard end.id < newest else { break }
            last = end.id
        }
        return report
    }

    /// Cancels an instance: ``ProcessCanceled`` is thrown at what it waits for, and what it has done is compensated.
    ///
    /// - Throws: ``ActionError`` when there is no such instance or it has ended.
    public func cancel(instance: InstanceID, reason: String = "canceled by an operator") async throws {
        _ = try await act(.cancel(instance: instance, reason: reason))
    }

    /// Ends an instance at once and without its code: nothing that it has done is undone. For one whose code cannot go
    /// on; ``cancel(instance:reason:)-(InstanceID,_)`` is the orderly way.
    ///
    /// - Throws: ``ActionError`` when there is no such instance, it has ended, or it is an entity.
    public func terminate(instance: InstanceID, reason: String = "terminated by an operator") async throws {
        _ = try await act(.terminate(instance: instance, reason: reason))
    }

    /// Stops an instance until it is resumed; what arrives meanwhile waits in its mailbox.
    public func suspend(instance: InstanceID) async throws { _ = try await act(.suspend(instance: instance)) }

    /// Lets a suspended instance go on with what has arrived.
    public func resume(instance: InstanceID) async throws { _ = try await act(.resume(instance: instance)) }

    /// Lets a parked instance go on under the code as it is now, and its exhausted activities begin anew.
    public func retry(instance: InstanceID) async throws { _ = try await act(.retryInstance(instance)) }

    /// Replaces the retry policy of a scheduled activity, while it is being retried.
    public func edit(instance: InstanceID, activity op: Int64, retry policy: RetryPolicy) async throws {
        if let problem = policy.problem {
            throw ActionError(.invalidPolicy, "the retry policy is wrong: \(problem)")
        }
        _ = try await act(.editRetry(instance: instance, activity: op, RetryPolicy.Edit(policy)))
    }

    /// Stops all activities towards an outside system (``ActivityOptions/system``) until it is resumed, also across
    /// restarts. Attempts under way end as they will; what is due waits, and uses up no attempts.
    public func suspend(system: String) async throws { _ = try await act(.suspendSystem(system)) }

    /// Lets activities towards an outside system go on.
    ///
    /// - Throws: ``ActionError`` when it is not suspended.
    public func resume(system: String) async throws { _ = try await act(.resumeSystem(system)) }

    /// Has an action on one thing carried out by whoever has that in memory.
    private func act(_ action: OperatorAction) async throws -> [ActionReport.Change] {
        let subject = try core.planner(reading: core.store.makeReader()).subject(of: action)
        let owner = owner(of: subject)
        let answer = await withUnsafeContinuation { continuation in
            owner.act(
                ActionCall(action, on: subject, answer: core.actions.begin { continuation.resume(returning: $0) }))
        }
        return try answer.get()
    }

    private func owner(of subject: ActionSubject) -> any ActionOwner {
        let engine: (any ActionOwner)? =
            switch subject {
            case .instance(_, let component, let notation): kernel(of: component, notation: notation)
            case .key(_, let subscription): self.engine(subscription) as? any ActionOwner
            case .system: nil
            }
        return engine ?? desk
    }
}

extension RuntimeCore {
    /// Plans actions for the runtime, from what a reader sees.
    func planner(reading reader: any StoreReader) -> ActionPlanner {
        ActionPlanner(
            reader: reader, now: environment.clock.now, maximumPayloadSize: configuration.maximumPayloadSize,
            components: Set(catalogue.registries.map(\.component)), newMailboxSeq: { [self] in newMailboxSeq() })
    }
}
