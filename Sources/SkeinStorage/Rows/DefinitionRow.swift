public import SkeinMessages

/// A version of a process that has been deployed to the store.
public struct DefinitionRow: Sendable, Hashable {
    /// The component that deployed it.
    public var component: String
    /// The name; with component and version the row's identity.
    public var process: String
    /// 1 or more; the highest is the one that new instances take.
    public var version: Int
    /// In which notation it is written.
    public var notation: Notation
    /// When it was first deployed.
    public var at: Timestamp

    public init(component: String, process: String, version: Int, notation: Notation, at: Timestamp) {
        (self.component, self.process, self.version) = (component, process, version)
        (self.notation, self.at) = (notation, at)
    }
}
