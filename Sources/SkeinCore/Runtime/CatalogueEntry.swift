#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What one component declares, as it is kept in the store for tools: who publishes, owns and consumes what.
public struct CatalogueEntry: Sendable, Hashable, Codable {
    /// A message type that the component publishes, with its mode.
    public struct Published: Sendable, Hashable, Codable {
        public var name: String
        public var kind: MessageKind
        public var version: String
        public var mode: PublishingMode
    }

    /// A message type that the component takes in, and the part that takes it.
    public struct Consumed: Sendable, Hashable, Codable {
        public var name: String
        public var kind: MessageKind
        public var since: String
        public var by: String
        /// The rule in words, for a policy, and the command that it sends.
        public var policy: String?
        public var sends: String?
    }

    /// A process, saga or entity type.
    public struct Definition: Sendable, Hashable, Codable {
        public var name: String
        public var notation: Notation
        public var version: Int
    }

    public var component: String
    public var publishes: [Published]
    public var consumes: [Consumed]
    public var definitions: [Definition]
    public var projections: [String]

    init(_ registry: ComponentRegistry) {
        component = registry.component
        publishes = registry.published.map {
            Published(name: $0.name.rawValue, kind: $0.kind, version: $0.version.description, mode: $0.mode)
        }
        for name in Set(registry.folded).sorted(by: { $0.rawValue < $1.rawValue })
        where !registry.published.contains(where: { $0.name == name }) {
            publishes.append(Published(name: name.rawValue, kind: .event, version: "1.0.0", mode: .localStore))
        }
        let handlers = registry.handlers.map {
            Consumed(
                name: $0.name.rawValue, kind: $0.kind, since: $0.since.description, by: $0.label, policy: $0.policy,
                sends: $0.sends?.rawValue)
        }
        consumes =
            handlers
            + registry.consumed.dropFirst(registry.handlers.count).map {
                Consumed(name: $0.name.rawValue, kind: $0.kind, since: $0.since.description, by: $0.label)
            }
        definitions = registry.machines.map {
            Definition(name: $0.process, notation: $0.notation, version: $0.version)
        }
        projections = registry.projections.map(\.name)
    }

    /// What has to be written so that the store holds this entry; nothing when it does already.
    func writes(at now: Timestamp, reader: any StoreReader) throws -> [StoreWrite] {
        let description = try JSONEncoder.sorted.encode(self)
        var writes: [StoreWrite] = []
        if try reader.catalogue(of: component) != description {
            writes.append(.putCatalogue(component: component, description: description))
        }
        let known = try reader.definitions()
        for definition in definitions {
            let isKnown = known.contains {
                $0.component == component && $0.process == definition.name && $0.version == definition.version
            }
            guard !isKnown else { continue }
            writes.append(
                .putDefinition(
                    DefinitionRow(
                        component: component, process: definition.name, version: definition.version,
                        notation: definition.notation, at: now)))
        }
        return writes
    }
}
