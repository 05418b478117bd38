public import SkeinMessages

/// What one component declares, as it is kept in the store for tools: who publishes, owns and consumes what.
///
/// It stands for a component that runs here, or for one that a channel leads to and that has told what it declares.
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

        package init(name: String, kind: MessageKind, version: String, mode: PublishingMode) {
            (self.name, self.kind, self.version, self.mode) = (name, kind, version, mode)
        }
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

        package init(
            name: String, kind: MessageKind, since: String, by: String, policy: String? = nil, sends: String? = nil
        ) {
            (self.name, self.kind, self.since, self.by, self.policy) = (name, kind, since, by, policy)
            self.sends = sends
        }
    }

    /// A process, saga or entity type.
    public struct Definition: Sendable, Hashable, Codable {
        /// Unique in the component, but for several versions of one process.
        public var name: String
        /// Whether it is code, a saga, an entity or a model.
        public var notation: Notation
        /// 1 or more; new instances take the highest.
        public var version: Int

        package init(name: String, notation: Notation, version: Int) {
            (self.name, self.notation, self.version) = (name, notation, version)
        }
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
    /// The outside systems that its activities have called since it first ran, by name; the first 1,000 of them.
    public var systems: [String]
    /// The channel that leads to the component; `nil` for one that runs here.
    public var channel: String?
    /// The process that the component runs in, by its name on the channel; `nil` for one that runs here.
    public var process: String?
    /// How many outside systems an entry names at most. Each further one would cost a write of all.
    package static let knownSystems = 1000

    package init(
        component: String, publishes: [Published], consumes: [Consumed], definitions: [Definition],
        projections: [String], systems: [String] = [], channel: String? = nil, process: String? = nil
    ) {
        (self.component, self.publishes, self.consumes) = (component, publishes, consumes)
        (self.definitions, self.projections, self.systems) = (definitions, projections, systems)
        (self.channel, self.process) = (channel, process)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        component = try container.decode(String.self, forKey: .component)
        publishes = try container.decode([Published].self, forKey: .publishes)
        consumes = try container.decode([Consumed].self, forKey: .consumes)
        definitions = try container.decode([Definition].self, forKey: .definitions)
        projections = try container.decode([String].self, forKey: .projections)
        // Entries of earlier versions do not name them.
        systems = try container.decodeIfPresent([String].self, forKey: .systems) ?? []
        channel = try container.decodeIfPresent(String.self, forKey: .channel)
        process = try container.decodeIfPresent(String.self, forKey: .process)
    }
}
