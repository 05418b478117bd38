/// Anything that a ``Component`` consists of: ``Handle``, ``Policy``, ``Answer``, ``Publishes``, ``Processes``,
/// ``Sagas``, ``Entities``, a projection, or a ``HandlerGroup`` of yours. There are no other parts; a runtime refuses
/// to start with one.
public protocol ComponentPart: Sendable {}

/// A part that says itself what it declares.
package protocol RegisteredPart: ComponentPart {
    /// Adds what the part declares to the registry of its component.
    func register(in registry: inout ComponentRegistry)
}
