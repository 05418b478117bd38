import SkeinStorage

extension InstanceAddress {
    /// The instance of a process with a key.
    public init<Definition: ProcessDefinition>(_ process: Definition.Type, key: String, in component: String) {
        self.init(component: component, process: Definition.name, key: key)
    }

    /// The instance of a saga with a key.
    public init<State: Saga>(_ saga: State.Type, key: String, in component: String) {
        self.init(component: component, process: State.name, key: key)
    }

    /// The entity of a type with a key.
    public init<State: Entity>(_ entity: State.Type, key: String, in component: String) {
        self.init(component: component, process: State.name, key: key)
    }
}
