public import SkeinActions
import SkeinStorage

extension Runtime: ActionPerformer {
    /// Carries out an action of an operator; see `SkeinOperator`.
    public func perform(_ action: OperatorAction) async throws -> ActionReport {
        guard case .repairAll(let cause, let repair) = action else {
            return ActionReport(changes: try await act(action))
        }
        return try await repairAll(withCause: cause, repair)
    }

    /// The id of the instance with an address that operators' tools take; see `SkeinOperator`.
    public func instanceID(of address: InstanceAddress) throws -> InstanceID {
        if let row = try core.store.makeReader().instance(address) { return row.id }
        let text = "there is no instance '\(address)'"
        guard registries.contains(where: { $0.component == address.component }) else {
            let names = registries.filter { !$0.isBuiltIn }.map(\.component).sorted().joined(separator: ", ")
            throw ActionError(.notRunning, "\(text): no component '\(address.component)' runs here, but \(names)")
        }
        guard kernel(of: address.component, process: address.process) != nil else {
            throw ActionError(
                .notRunning,
                "\(text): component '\(address.component)' has no process, saga or entity '\(address.process)'")
        }
        throw ActionError(
            .unknownInstance, "\(text): none was started with the key '\(address.key)', or it is no longer in the store"
        )
    }

    /// Repairs, one by one, everything that is parked for one cause when the call begins. Memory does not follow the
    /// number of incidents.
    private func repairAll(withCause cause: String, _ repair: IncidentRepair) async throws -> ActionReport {
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
            components: Set(catalogue.registries.filter { !$0.isBuiltIn }.map(\.component))
                .union(catalogue.remotes.components),
            newMailboxSeq: { [self] in newMailboxSeq() })
    }
}
