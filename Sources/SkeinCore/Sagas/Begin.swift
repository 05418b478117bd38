import SkeinStorage

/// Starts a saga, unless there is one with the key.
public struct Begin<State: Saga, Received: Message>: Sendable {
    private(set) var handler: SagaHandler<State>

    /// - Parameters:
    ///   - key: the key of the saga that a message is for.
    ///   - condition: takes only events whose envelope satisfies it; asked before the payload is decoded.
    public init(
        _ type: Received.Type, since: SchemaVersion? = nil, by key: @escaping @Sendable (Received) -> String,
        where condition: (@Sendable (Envelope) -> Bool)? = nil,
        _ begin: @escaping @Sendable (Received, SagaContext) throws -> State
    ) {
        handler = SagaHandler(
            name: Received.name, kind: Received.kind, since: since ?? Received.version, begins: true,
            key: { key(try $0.decoded(as: type, coder: $1)) },
            handle: { state, record, coder, context in
                guard state == nil else { return state }
                return try begin(record.decoded(as: type, coder: coder), context)
            })
        handler.filter = condition
    }
}
