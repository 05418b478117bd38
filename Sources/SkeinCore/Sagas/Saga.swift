import SkeinStorage

/// A process written as a state with message handlers: messages find it by a property, start it and end it.
///
/// ```swift
/// struct Delivery: Saga {
///     static let name = "delivery"
///     var orderID: String
///     var parcels = 0
///
///     static var behavior: SagaBehavior<Delivery> {
///         Begin(OrderPlaced.self, by: \.orderID) { placed, saga in
///             saga.send(PackParcels(orderID: placed.orderID))
///             return Delivery(orderID: placed.orderID)
///         }
///         React(ParcelSent.self, by: \.orderID) { delivery, sent, saga in
///             delivery.parcels += 1
///             if sent.isLast { saga.end() }
///         }
///     }
/// }
/// ```
///
/// One message at a time for each key; the new state and what was sent are one commit. Handlers must be pure but for
/// what they do through their ``SagaContext``.
public protocol Saga: Codable, Sendable {
    /// Unique in the component.
    static var name: String { get }
    /// Which version of the saga this is, 1 or more; running instances stay on theirs.
    static var version: Int { get }
    /// What starts the saga and what it reacts to.
    @SagaBehaviorBuilder<Self> static var behavior: SagaBehavior<Self> { get }
}

extension Saga {
    /// 1, for a saga that has not been changed yet.
    public static var version: Int { 1 }
}

/// The handlers of a saga.
public struct SagaBehavior<State: Saga>: Sendable {
    var handlers: [SagaHandler<State>] = []
    var timeout: (@Sendable (inout State, String, SagaContext) throws -> Void)?
}

struct SagaHandler<State: Saga>: Sendable {
    var name: MessageName
    var kind: MessageKind
    var since: SchemaVersion
    var begins: Bool
    var filter: (@Sendable (Envelope) -> Bool)?
    var key: @Sendable (LogRecord, PayloadCoder) throws -> String
    /// Gets the state (`nil` before the start) and returns the new one.
    var handle: @Sendable (State?, LogRecord, PayloadCoder, SagaContext) throws -> State?
}

/// Starts a saga, unless there is one with the key.
public struct Begin<State: Saga, Received: Message>: Sendable {
    private(set) var handler: SagaHandler<State>

    public init(
        _ type: Received.Type, since: SchemaVersion? = nil, by key: @escaping @Sendable (Received) -> String,
        _ begin: @escaping @Sendable (Received, SagaContext) throws -> State
    ) {
        handler = SagaHandler(
            name: Received.name, kind: Received.kind, since: since ?? Received.version, begins: true,
            key: { key(try $0.decoded(as: type, coder: $1)) },
            handle: { state, record, coder, context in
                guard state == nil else { return state }
                return try begin(record.decoded(as: type, coder: coder), context)
            })
    }

    /// Takes only events whose envelope satisfies the condition; it is asked before the payload is decoded.
    public func filter(_ condition: @escaping @Sendable (Envelope) -> Bool) -> Self {
        var copy = self
        copy.handler.filter = condition
        return copy
    }
}

/// Reacts to a message for a running saga; one for a key without a running saga is passed by, and counted.
public struct React<State: Saga, Received: Message>: Sendable {
    private(set) var handler: SagaHandler<State>

    public init(
        _ type: Received.Type, since: SchemaVersion? = nil, by key: @escaping @Sendable (Received) -> String,
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
    }

    /// Takes only events whose envelope satisfies the condition; it is asked before the payload is decoded.
    public func filter(_ condition: @escaping @Sendable (Envelope) -> Bool) -> Self {
        var copy = self
        copy.handler.filter = condition
        return copy
    }
}

/// Reacts to a wake-up that the saga asked for with ``SagaContext/wake(_:after:)``.
public struct Wake<State: Saga>: Sendable {
    let handler: @Sendable (inout State, String, SagaContext) throws -> Void

    public init(_ wake: @escaping @Sendable (inout State, _ purpose: String, SagaContext) throws -> Void) {
        handler = wake
    }
}

/// Collects the handlers of a saga.
@resultBuilder
public enum SagaBehaviorBuilder<State: Saga> {
    public static func buildExpression<Received>(_ begin: Begin<State, Received>) -> SagaBehavior<State> {
        SagaBehavior(handlers: [begin.handler])
    }

    public static func buildExpression<Received>(_ react: React<State, Received>) -> SagaBehavior<State> {
        SagaBehavior(handlers: [react.handler])
    }

    public static func buildExpression(_ wake: Wake<State>) -> SagaBehavior<State> {
        SagaBehavior(timeout: wake.handler)
    }

    public static func buildBlock(_ parts: SagaBehavior<State>...) -> SagaBehavior<State> {
        SagaBehavior(handlers: parts.flatMap(\.handlers), timeout: parts.compactMap(\.timeout).last)
    }
}

/// Adds sagas to a component.
///
/// ```swift
/// Component("shop") { Sagas(Delivery.self, Refund.self) }
/// ```
public struct Sagas: RegisteredPart {
    private let definitions: [any MachineDefinition]

    public init<each State: Saga>(_ type: repeat (each State).Type) {
        var definitions: [any MachineDefinition] = []
        for type in repeat each type { definitions.append(Self.definition(of: type)) }
        self.definitions = definitions
    }

    /// Adds each saga type, in the order given.
    package func register(in registry: inout ComponentRegistry) {
        for definition in definitions { registry.add(definition) }
    }

    private static func definition<State: Saga>(of type: State.Type) -> any MachineDefinition {
        SagaDefinition<State>()
    }
}
