public import SkeinStorage

extension InstanceAddress {
    /// The instance of a process, saga or entity with a key.
    public init<Definition: InstanceDefinition>(_ type: Definition.Type, key: String, in component: String) {
        self.init(component: component, process: Definition.name, key: key)
    }
}
