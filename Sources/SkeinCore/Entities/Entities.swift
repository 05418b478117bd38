import SkeinStorage

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
