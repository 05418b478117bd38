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
public protocol Entity: Codable, Sendable {
    /// Unique in the component.
    static var name: String { get }
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

/// The decisions and evolutions of an entity type.
public struct EntityBehavior<State: Entity>: Sendable {
    var decisions: [AnyDecision<State>] = []
    var evolutions: [AnyEvolution<State>] = []
}

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

/// How one event type changes the state of an entity. Evolving must be pure and cannot fail: the event has happened.
public struct Evolve<State: Entity, Happened: Event>: Sendable {
    let evolution: AnyEvolution<State>

    public init(_ type: Happened.Type, _ evolve: @escaping @Sendable (inout State, Happened) -> Void) {
        evolution = AnyEvolution(name: Happened.name, version: Happened.version) { state, record, coder in
            evolve(&state, try record.decoded(as: type, coder: coder))
        }
    }
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

/// Collects decisions and evolutions.
@resultBuilder
public enum EntityBehaviorBuilder<State: Entity> {
    public static func buildExpression<Received>(_ decide: Decide<State, Received>) -> EntityBehavior<State> {
        EntityBehavior(decisions: [decide.decision])
    }

    public static func buildExpression<Happened>(_ evolve: Evolve<State, Happened>) -> EntityBehavior<State> {
        EntityBehavior(evolutions: [evolve.evolution])
    }

    public static func buildBlock(_ parts: EntityBehavior<State>...) -> EntityBehavior<State> {
        EntityBehavior(decisions: parts.flatMap(\.decisions), evolutions: parts.flatMap(\.evolutions))
    }
}

/// Adds entity types to a component.
///
/// ```swift
/// Component("bank") { Entities(Account.self, Card.self) }
/// ```
public struct Entities: RegisteredPart {
    private let entries: [Entry]

    private struct Entry: Sendable {
        var definition: any MachineDefinition
        /// The events that the entity folds.
        var folded: [PublishedType]
    }

    public init<each State: Entity>(_ type: repeat (each State).Type) {
        var entries: [Entry] = []
        for type in repeat each type { entries.append(Self.entry(of: type)) }
        self.entries = entries
    }

    /// Adds each entity type, and declares as published those events it folds that belong to the component.
    package func register(in registry: inout ComponentRegistry) {
        for entry in entries {
            registry.add(entry.definition)
            registry.folded += entry.folded.filter { $0.name.component == registry.component }
        }
    }

    private static func entry<State: Entity>(of type: State.Type) -> Entry {
        let folded = State.behavior.evolutions.map {
            PublishedType(name: $0.name, kind: .event, version: $0.version, mode: .localStore)
        }
        return Entry(definition: EntityDefinition<State>(), folded: folded)
    }
}
