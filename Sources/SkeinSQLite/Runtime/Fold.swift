public import GRDB
public import SkeinCore

/// How one event type changes the tables of a ``Projection``.
public struct Fold {
    private(set) var registration: HandlerRegistration

    /// - Parameter condition: takes only events whose envelope satisfies it; asked before the payload is decoded.
    public init<Folded: Event>(
        _ type: Folded.Type, since: SchemaVersion? = nil,
        where condition: (@Sendable (Envelope) -> Bool)? = nil,
        _ fold: @escaping @Sendable (Folded, Database) throws -> Void
    ) {
        registration = HandlerRegistration(type, since: since) { event, context in
            context.transaction { db in try fold(event, db) }
        }
        registration.filter = condition
    }
}
