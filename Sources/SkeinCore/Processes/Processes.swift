import SkeinStorage

/// Adds processes to a component; several versions of one process side by side, where older instances still run.
///
/// ```swift
/// Component("shop") { Processes(OrderProcess(gateway: gateway), ReturnProcess()) }
/// ```
public struct Processes: RegisteredPart {
    private let definitions: [any MachineDefinition]

    public init<each Definition: ProcessDefinition>(_ definition: repeat each Definition) {
        var definitions: [any MachineDefinition] = []
        for definition in repeat each definition { definitions.append(Self.erased(definition)) }
        self.definitions = definitions
    }

    /// Adds each definition, in the order given.
    package func register(in registry: inout ComponentRegistry) {
        for definition in definitions { registry.add(definition) }
    }

    private static func erased<Definition: ProcessDefinition>(_ definition: Definition) -> any MachineDefinition {
        CodeDefinition(definition: definition)
    }
}
