#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
public import SkeinCore

/// Given what has happened, when a message arrives, then this is decided: a test of an entity without a runtime.
///
/// ```swift
/// try EntityTest(Account.self)
///     .given(AmountCredited(accountID: "kermit", referenceID: "r", amount: 30))
///     .when(WithdrawAmount(accountID: "kermit", referenceID: "p1", amount: 25))
///     .then(AmountWithdrawn(accountID: "kermit", referenceID: "p1", amount: 25))
/// ```
///
/// Events go through their payloads, as after a restart, so what an event forgets to encode is found here. Events are
/// equal when their names, versions and payloads are.
public struct EntityTest<State: Entity> {
    private var past: [any Event] = []
    private var messages: [any Message] = []

    /// An entity that nothing has happened to.
    public init(_ type: State.Type) {}

    /// Adds events to the entity's past, in order.
    public func given(_ events: any Event...) -> EntityTest {
        var copy = self
        copy.past += events
        return copy
    }

    /// Lets a message arrive; several arrive in order, each after what was decided about the one before.
    public func when(_ message: some Message) -> EntityTest {
        var copy = self
        copy.messages.append(message)
        return copy
    }

    /// Checks what is decided about all that arrived; without arguments, that nothing is.
    ///
    /// - Throws: ``EntityTestFailure`` when something else is decided; what a decision throws.
    public func then(_ expected: any Event...) throws {
        let (decided, _) = try outcome()
        let (left, right) = (try expected.map(Self.text), try decided.map(Self.text))
        guard left == right else { throw EntityTestFailure(entity: State.name, expected: left, decided: right) }
    }

    /// The state after everything that happened and was decided, for a closer look.
    ///
    /// - Throws: what a decision throws.
    public func state() throws -> State { try outcome().state }

    private func outcome() throws -> (decided: [any Event], state: State) {
        let behavior = State.behavior
        var (state, decided) = (State(), [any Event]())
        for event in past { try Self.evolve(&state, event, behavior) }
        for message in messages {
            for event in try Self.decide(message, state, behavior) {
                decided.append(event)
                try Self.evolve(&state, event, behavior)
            }
        }
        return (decided, state)
    }

    private static func decide(
        _ message: some Message, _ state: State, _ behavior: EntityBehavior<State>
    ) throws -> [any Event] {
        try behavior.decide(message, in: state)
    }

    private static func evolve(_ state: inout State, _ event: some Event, _ behavior: EntityBehavior<State>) throws {
        try behavior.evolve(&state, by: event)
    }

    private static func text(_ event: any Event) throws -> String {
        let type = type(of: event)
        return "\(type.name) \(type.version) \(String(decoding: try payload(event), as: UTF8.self))"
    }

    private static func payload(_ event: some Event) throws -> Data { try PayloadCoder.json.encode(event) }
}
