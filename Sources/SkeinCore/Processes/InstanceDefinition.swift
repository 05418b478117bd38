/// What instances follow. Conform to ``ProcessDefinition``, ``Saga`` or ``Entity``, never to this alone.
public protocol InstanceDefinition: Sendable {
    /// Unique in the component.
    static var name: String { get }
}
