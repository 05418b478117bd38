public import SkeinStorage
public import SkeinCore

/// The state at the end of a trial, for the promises of ``Trial/check(_:invariant:_:)``.
public struct TrialOutcome {
    /// Reads the store of the trial. No runtime has it open any more.
    public let reader: any StoreReader
    /// What operators skipped, canceled or stopped, so that a promise can leave it out.
    public let interventions: TrialInterventions
    /// Every instance, ended or not, ascending by id.
    public let instances: [InstanceRow]
    private let ledger: TrialLedger

    init(reader: any StoreReader, ledger: TrialLedger, interventions: TrialInterventions) {
        (self.reader, self.ledger, self.interventions) = (reader, ledger, interventions)
        instances = ledger.instances
    }

    /// The messages of a type in the log, ascending by position. Messages that cannot be decoded and events that were
    /// sent to one component alone (redirected copies) are left out.
    ///
    /// - Parameter isMeant: whether to include the message at a position.
    public func messages<Logged: Message>(
        of type: Logged.Type, where isMeant: (Int64) -> Bool = { _ in true }
    ) throws -> [Logged] {
        var found: [Logged] = []
        for (position, _) in records(of: type) where isMeant(position) {
            guard let envelope = ledger.envelope(at: position), type.version.accepts(envelope.version),
                envelope.kind != .event || envelope.context.recipient == nil,
                let message = try? PayloadCoder.json.decode(type, from: envelope.payload.bytes)
            else { continue }
            found.append(message)
        }
        return found
    }

    /// The positions and subjects of all messages in the log that have the name of a type, ascending by position.
    /// Messages that cannot be decoded are included.
    public func records<Logged: Message>(of type: Logged.Type) -> [(position: Int64, subject: String)] {
        ledger.records(named: Logged.name)
    }
}
