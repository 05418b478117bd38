import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Parking an instance whose code does not return. The kernel is fenced by then, so what is read and written here is in
/// the store, not in the memory of the kernel.
extension KernelEngine {
    /// Parks the instance or message whose code does not return, so that the successor does not run the code again.
    ///
    /// - Parameter done: called when that is durable.
    func park(_ suspect: ReactionWatch.Suspect, done: @escaping @Sendable (UnitOutcome) -> Void) throws {
        switch suspect {
        case .instance(let row, let start):
            core.committer.submit(CommitUnit(writes: try writes(parking: row, start)), done: done)
        case .message(let record, let retried, let concerns):
            let reason =
                "the key of '\(record.envelope.name)' was not found within \(core.configuration.reactionDeadline), and "
                + "the thread is left behind; mend the code, restart, and retry the incident"
            let writes = kernel.writes(
                forDeadLetter: record, retried, concerns: concerns, because: reason, cause: "runaway")
            let positions = retried == nil ? [record.position] : []
            core.committer.submit(
                CommitUnit(writes: writes), handled: .init(tracker: kernel.tracker, positions: positions), done: done)
        }
    }

    /// The writes that park an instance. The message that it reacted to is delivered again from the log, and goes to
    /// the mailbox then. A start message goes there now, because a second delivery would count as a duplicate start.
    private func writes(parking suspect: InstanceRow, _ start: Delivered?) throws -> [StoreWrite] {
        let reader = try core.store.makeReader()
        var row = try reader.instance(suspect.id) ?? suspect
        row.status = .parked
        var writes = [StoreWrite.putInstance(row)]
        if let start {
            let input = StoredInput(.start(start))
            writes.append(
                .putMailbox(try input.row(seq: core.newMailboxSeq(), instance: row.id, component: component)))
        }
        guard try !reader.openIncidents(of: row.id).contains(where: { $0.cause == "runaway" }) else { return writes }
        let incident = IncidentRow(
            id: core.newIncidentID(), component: component, kind: "instance", instance: row.id, key: row.key,
            cause: "runaway",
            error:
                "a step of '\(row.process)' did not come to an end within \(core.configuration.reactionDeadline); its "
                + "thread is left behind. Mend the code, restart, and retry the instance.",
            at: core.environment.clock.now)
        return writes + [.putIncident(incident)]
    }
}
