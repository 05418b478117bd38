public import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What one component declares, as it is kept in the store for tools: who publishes, owns and consumes what.
public struct CatalogueEntry: Sendable, Hashable, Codable {
    /// A message type that the component publishes, with its mode.
    public struct Published: Sendable, Hashable, Codable {
        /// Dotted, `component.name`.
        public var name: String
        /// Whether it is a fact, an intent, a question or carried state.
        public var kind: MessageKind
        /// The schema version that is written, such as `1.2.3`.
        public var version: String
        /// How reliably it is published.
        public var mode: PublishingMode
    }

    /// A message type that the component takes in, and the part that takes it.
    public struct Consumed: Sendable, Hashable, Codable {
        /// Dotted, `component.name`, where the component is the publisher or, for a command, the owner.
        public var name: String
        /// A command or query that is consumed is owned.
        public var kind: MessageKind
        /// The lowest schema version taken, such as `1.2.3`; higher majors are not.
        public var since: String
        /// The part that takes it, by its label: a handler, policy, process, saga or entity.
        public var by: String
        /// The rule in words, for a policy; `nil` for anything else.
        public var policy: String?
        /// The name of the command that the policy sends; `nil` for anything else.
        public var sends: String?
    }

    /// A process, saga or entity type.
    public struct Definition: Sendable, Hashable, Codable {
        /// Unique in the component, but for several versions of one process.
        public var name: String
        /// Whether it is code, a saga, an entity or a model.
        public var notation: Notation
        /// 1 or more; new instances take the highest.
        public var version: Int
    }

    /// The name under which the entry is stored; one entry a component.
    public var component: String
    /// What it declares and, after that, what its entities fold; empty when it declares nothing.
    public var publishes: [Published]
    /// Handlers first, then what processes, sagas and entities react to.
    public var consumes: [Consumed]
    /// Every version of a process is an element of its own.
    public var definitions: [Definition]
    /// The names of its read models, in the order of registration.
    public var projections: [String]

    init(_ registry: ComponentRegistry) {
        component = registry.component
        publishes = registry.published.map {
            Published(name: $0.name.rawValue, kind: $0.kind, version: $0.version.description, mode: $0.mode)
        }
        let folded = Dictionary(registry.folded.map { ($0.name, $0.version) }, uniquingKeysWith: max)
        for (name, version) in folded.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where !registry.published.contains(where: { $0.name == name }) {
            publishes.append(
                Published(name: name.rawValue, kind: .event, version: version.description, mode: .localStore))
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
