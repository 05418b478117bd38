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
public protocol Saga: InstanceDefinition, Codable {
    /// Which version of the saga this is, 1 or more; running instances stay on theirs.
    static var version: Int { get }
    /// What starts the saga and what it reacts to.
    @SagaBehaviorBuilder<Self> static var behavior: SagaBehavior<Self> { get }
}

extension Saga {
    /// 1, for a saga that has not been changed yet.
    public static var version: Int { 1 }
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
