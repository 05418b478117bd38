import SkeinStorage

/// How a command to an entity becomes events.
public struct Decide<State: Entity, Received: Message>: Sendable {
    let decision: AnyDecision<State>

    /// - Parameters:
    ///   - key: finds the key of the entity that the message is for.
    ///   - decide: must be pure; an empty array decides that nothing happens. Throwing parks the entity with an
    ///     incident, so a refusal that the sender should learn of is an event.
    public init(
        _ type: Received.Type, since: SchemaVersion? = nil, by key: @escaping @Sendable (Received) -> String,
        _ decide: @escaping @Sendable (State, Received) throws -> [any Event]
    ) {
        decision = AnyDecision(
            name: Received.name, kind: Received.kind, since: since ?? Received.version,
            key: { record, coder in key(try record.decoded(as: type, coder: coder)) },
            decide: { state, record, coder in try decide(state, record.decoded(as: type, coder: coder)) })
    }
}
