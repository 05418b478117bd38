import SkeinStorage

/// The decisions and evolutions of an entity type.
public struct EntityBehavior<State: Entity>: Sendable {
    var decisions: [AnyDecision<State>] = []
    var evolutions: [AnyEvolution<State>] = []
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
