import SkeinStorage

/// Reacts to a message for a running saga; one for a key without a running saga is passed by, and counted.
public struct React<State: Saga, Received: Message>: Sendable {
    private(set) var handler: SagaHandler<State>

    /// - Parameters:
    ///   - key: the key of the saga that a message is for.
    ///   - condition: takes only events whose envelope satisfies it; asked before the payload is decoded.
    public init(
        _ type: Received.Type, since: SchemaVersion? = nil, by key: @escaping @Sendable (Received) -> String,
        where condition: (@Sendable (Envelope) -> Bool)? = nil,
        _ react: @escaping @Sendable (inout State, Received, SagaContext) throws -> Void
    ) {
        handler = SagaHandler(
            name: Received.name, kind: Received.kind, since: since ?? Received.version, begins: false,
            key: { key(try $0.decoded(as: type, coder: $1)) },
            handle: { state, record, coder, context in
                guard var state else { return nil }
                try react(&state, record.decoded(as: type, coder: coder), context)
                return state
            })
        handler.filter = condition
    }
}
