import SkeinStorage

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
