import SkeinStorage

/// A keyed durable actor whose state is folded from its own events: one message at a time, private state.
///
/// ```swift
/// struct Account: Entity {
///     static let name = "account"
///     var balance: Decimal = 0
///
///     static var behavior: EntityBehavior<Account> {
///         Decide(Withdraw.self, by: \.accountID) { account, withdraw in
///             [AmountWithdrawn(withdraw, amount: min(account.balance, withdraw.amount))]
///         }
///         Evolve(AmountWithdrawn.self) { account, event in account.balance -= event.amount }
///     }
/// }
/// ```
///
/// A decision is the pure shape (entity, command) → events; the events are published, and folded into the state, in one
/// commit. Decisions about one key are made one after the other, each seeing the outcome of the one before. Nothing
/// that an entity does can be forgotten or done twice.
public protocol Entity: InstanceDefinition, Codable {
    /// How many events are folded between two snapshots; 100 unless stated. A snapshot only shortens loading.
    static var snapshotInterval: Int { get }
    /// What the entity decides and how its events change it.
    @EntityBehaviorBuilder<Self> static var behavior: EntityBehavior<Self> { get }

    /// The state before the first event.
    init()
}

extension Entity {
    /// 100 events.
    public static var snapshotInterval: Int { 100 }
}

struct AnyDecision<State: Entity>: Sendable {
    var name: MessageName
    var kind: MessageKind
    var since: SchemaVersion
    var key: @Sendable (LogRecord, PayloadCoder) throws -> String
    var decide: @Sendable (State, LogRecord, PayloadCoder) throws -> [any Event]
}

struct AnyEvolution<State: Entity>: Sendable {
    var name: MessageName
    var version: SchemaVersion
    var evolve: @Sendable (inout State, LogRecord, PayloadCoder) throws -> Void
}
