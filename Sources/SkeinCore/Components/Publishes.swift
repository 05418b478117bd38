/// Declares message types that the component publishes, and how reliably.
///
/// A component that declares any of its events this way must declare all of them: publishing another event is an error.
/// Events that its entities fold (``Evolve``) count as declared. A component that declares none is not checked: it may
/// publish any event, also one with the name of another component. `skein catalogue` shows what it has published so
/// far.
public struct Publishes: RegisteredPart {
    private let types: [PublishedType]

    public init(_ messages: any Message.Type..., mode: PublishingMode = .localStore) {
        types = messages.map {
            PublishedType(name: $0.name, kind: $0.kind, version: $0.version, mode: mode)
        }
    }

    /// Adds each declared type with its mode; from then on the component may publish no other event.
    package func register(in registry: inout ComponentRegistry) {
        for type in types { registry.add(type) }
    }
}
