import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension EntityBehavior {
    /// What an entity in a state decides about a message, without a runtime. For tests and for trying things out.
    ///
    /// - Throws: what the decision throws; ``MessageError`` with code `noOwner` for a type that the entity does not
    ///   take.
    package func decide(_ message: some Message, in state: State) throws -> [any Event] {
        let record = try Self.record(of: message)
        guard
            let decision = decisions.first(where: {
                $0.name == record.envelope.name && $0.since.accepts(record.envelope.version)
            })
        else {
            throw MessageError(.noOwner, "'\(State.name)' decides nothing about '\(record.envelope.name)'")
        }
        return try decision.decide(state, record, .json)
    }

    /// Folds an event into a state as a restart does: from its payload.
    ///
    /// - Throws: ``MessageError`` for an event that cannot be written or read.
    package func evolve(_ state: inout State, by event: some Event) throws {
        let record = try Self.record(of: event)
        for evolution in evolutions
        where evolution.name == record.envelope.name && evolution.version.major == record.envelope.version.major {
            try evolution.evolve(&state, record, .json)
        }
    }

    private static func record(of message: some Message) throws -> LogRecord {
        let (type, id) = (type(of: message), MessageID(""))
        let metadata = Envelope.Metadata(
            id: id, kind: type.kind, name: type.name, version: type.version, source: "", subject: message.subject ?? "")
        let payload = Payload(bytes: try PayloadCoder.json.encode(message))
        return LogRecord(
            position: 0,
            envelope: Envelope(
                time: .epoch, metadata: metadata, context: Envelope.Context(correlationID: id), payload: payload))
    }
}
