import SkeinMessages
public import SkeinStorage

extension ActionPerformer {
    /// Repairs what an incident is about; see ``IncidentRepair`` for the ways.
    ///
    /// An edited payload is for this subscription alone: the log keeps the message as it was published.
    /// - Throws: ``ActionError`` when there is no such incident, when it is resolved, and when it is about an
    ///   activity or an instance and is to be edited, skipped or redirected: a process needs an outcome.
    public func repair(incident id: IncidentID, _ repair: IncidentRepair) async throws {
        _ = try await perform(.repair(incident: id, repair))
    }

    /// Repairs, one by one, everything that is parked for one cause when the call begins.
    ///
    /// Memory does not follow the number of incidents.
    /// - Returns: what was changed, and which incidents refused and why.
    public func repair(incidentsWithCause cause: String, _ repair: IncidentRepair) async throws -> ActionReport {
        try await perform(.repairAll(cause: cause, repair))
    }
}
