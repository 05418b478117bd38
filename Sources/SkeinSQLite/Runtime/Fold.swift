public import GRDB
public import SkeinCore

/// How one event type changes the tables of a ``Projection``.
public struct Fold {
    private(set) var registration: HandlerRegistration

    public init<Folded: Event>(
        _ type: Folded.Type, since: SchemaVersion? = nil,
        _ fold: @escaping @Sendable (Folded, Database) throws -> Void
    ) {
        registration = HandlerRegistration(type, since: since) { event, context in
            context.transaction { db in try fold(event, db) }
        }
    }

    /// Takes only events whose envelope satisfies the condition; it is asked before the payload is decoded.
    public func filter(_ condition: @escaping @Sendable (Envelope) -> Bool) -> Self {
        var copy = self
        copy.registration.filter = condition
        return copy
    }
}
