import SkeinStorage

/// How one event type changes the state of an entity. Evolving must be pure and cannot fail: the event has happened.
public struct Evolve<State: Entity, Happened: Event>: Sendable {
    let evolution: AnyEvolution<State>

    public init(_ type: Happened.Type, _ evolve: @escaping @Sendable (inout State, Happened) -> Void) {
        evolution = AnyEvolution(name: Happened.name, version: Happened.version) { state, record, coder in
            evolve(&state, try record.decoded(as: type, coder: coder))
        }
    }
}
