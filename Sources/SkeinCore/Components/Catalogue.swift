import SkeinStorage

/// Who publishes, owns and consumes what, over all components of a runtime.
struct Catalogue: Sendable {
    /// The components that handle a command or query, by its name.
    private(set) var owners: [MessageName: String] = [:]
    private(set) var modes: [MessageName: PublishingMode] = [:]
    /// Components that declare all that they publish.
    private(set) var declared: [String: Set<MessageName>] = [:]
    private(set) var registries: [ComponentRegistry]
    /// What is known of components that run elsewhere.
    let remotes: RemoteDirectory

    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    init(_ components: [Component], remotes: RemoteDirectory = RemoteDirectory()) throws {
        var problems: [String] = []
        self.remotes = remotes
        registries = components.map { component in
            var registry = ComponentRegistry(component: component.name, start: component.start)
            for part in component.parts { registry.add(part) }
            return registry
        }
        var names: Set<String> = []
        for registry in registries {
            if let problem = MessageName.problem(inSegment: registry.component) {
                problems.append("the component name '\(registry.component)' is wrong: \(problem)")
            }
            if !names.insert(registry.component).inserted {
                problems.append("two components are called '\(registry.component)'; a name belongs to one component")
            }
            problems += registry.problems
            problems += Self.check(registry)
        }
        for registry in registries {
            for consumed in registry.consumed where consumed.kind == .command || consumed.kind == .query {
                if let owner = owners[consumed.name], owner != registry.component {
                    problems.append(
                        "the \(consumed.kind) '\(consumed.name)' has two owners, '\(owner)' and "
                            + "'\(registry.component)'; exactly one component may handle it")
                }
                owners[consumed.name] = registry.component
            }
            for type in registry.published {
                if let mode = modes[type.name], mode != type.mode {
                    problems.append(
                        "'\(type.name)' is published in two modes, \(mode) and \(type.mode); say one of them everywhere"
                    )
                }
                modes[type.name] = type.mode
                declared[registry.component, default: []].insert(type.name)
            }
            declared[registry.component]?.formUnion(registry.folded.map(\.name))
        }
        for registry in registries {
            for handler in registry.handlers {
                if let command = handler.sends, owner(of: command) == nil {
                    problems.append(
                        "the policy '\(handler.label)' of '\(registry.component)' sends '\(command)', which no "
                            + "component handles; add a component that does, or remove the policy")
                }
            }
        }
        for registry in registries {
            for type in registry.published where type.kind == .command || type.kind == .query {
                if let problem = remotes.problem(sending: type.name, version: type.version), owners[type.name] == nil {
                    problems.append("'\(registry.component)' sends the \(type.kind) '\(type.name)', but \(problem)")
                }
                guard owner(of: type.name) == nil else { continue }
                problems.append(
                    "'\(registry.component)' sends the \(type.kind) '\(type.name)', which no component handles; add a "
                        + "component that does, or remove it from its Publishes(…)")
            }
        }
        problems += Self.checkKinds(registries)
        problems += remotes.problems(owners: owners)
        if !problems.isEmpty { throw ConfigurationError(problems) }
    }

    /// Adds a component that the runtime itself brings.
    mutating func add(builtIn registry: ComponentRegistry) { registries.append(registry) }

    /// What a message is that a component owns by its name: a command or a query; `nil` for any other message.
    func kind(ownedBy component: String, _ envelope: Envelope) -> MessageKind? {
        guard owners[envelope.name] == component else { return nil }
        return registries.first { $0.component == component }?.consumed.first { $0.name == envelope.name }?.kind
    }

    /// A name is of one kind, whoever publishes or consumes it.
    private static func checkKinds(_ registries: [ComponentRegistry]) -> [String] {
        var kinds: [MessageName: (kind: MessageKind, component: String)] = [:]
        var problems: [String] = []
        for registry in registries {
            let used = registry.consumed.map { ($0.name, $0.kind) } + registry.published.map { ($0.name, $0.kind) }
            for (name, kind) in used {
                if let other = kinds[name], other.kind != kind {
                    problems.append(
                        "'\(name)' is of kind \(other.kind) in '\(other.component)' and of kind \(kind) in "
                            + "'\(registry.component)'; give one of them another name")
                }
                kinds[name] = (kind, registry.component)
            }
        }
        return problems
    }

    /// The component that handles a command or query, here or elsewhere.
    func owner(of name: MessageName) -> String? { owners[name] ?? remotes.owner(of: name) }

    func mode(of name: MessageName) -> PublishingMode { modes[name] ?? .localStore }

    /// Checks that a component may send a message.
    ///
    /// - Throws: ``MessageError`` with code `noOwner`.
    func checkSending(_ type: any Message.Type, by component: String) throws {
        try checkSending(type.kind, type.name, type.version, by: component)
    }

    func checkSending(
        _ kind: MessageKind, _ name: MessageName, _ version: SchemaVersion, by component: String
    ) throws {
        switch kind {
        case .command, .query:
            guard owners[name] == nil else { return }
            if let problem = remotes.problem(sending: name, version: version) {
                throw MessageError(.noOwner, "'\(component)' cannot send the \(kind) '\(name)': \(problem)")
            }
            guard remotes.owner(of: name) == nil else { return }
            throw MessageError(
                .noOwner,
                "the \(kind) '\(name)' has no owner: no component of this runtime \(elsewhere)handles it, so "
                    + "'\(component)' cannot send it")
        case .event:
            if let problem = problem(publishing: name, by: component) { throw MessageError(.noOwner, problem) }
        case .document:
            return
        }
    }

    /// Why a component may not publish an event; `nil` when it may. A component that does not run here may publish
    /// events of its own name, so that a test or a tool can act for it.
    private func problem(publishing name: MessageName, by component: String) -> String? {
        if let declared = declared[component] {
            if declared.contains(name) { return nil }
            guard name.component == component else {
                return
                    "'\(component)' publishes '\(name)', an event of component '\(name.component)'; a component owns "
                    + "the events that it publishes"
            }
            return
                "'\(component)' declares what it publishes, but not '\(name)'; add it to its Publishes(…), or let the "
                + "entity that decides it fold it (Evolve)"
        }
        let isHere = component == Client.defaultName || registries.contains { $0.component == component }
        guard !isHere, name.component != component else { return nil }
        let known = registries.map(\.component).sorted().joined(separator: ", ")
        return
            "there is no component '\(component)' to publish '\(name)'; publish it as '\(name.component)', or as a "
            + "component of this runtime: \(known)"
    }

    /// Checks where a message is sent that is for one component alone.
    ///
    /// - Throws: ``MessageError`` with code `noOwner`.
    func checkSending(_ type: any Message.Type, by component: String, to recipient: String) throws {
        guard remotes.isRemote(recipient) || registries.contains(where: { $0.component == recipient }) else {
            let known = (registries.map(\.component) + remotes.components).sorted().joined(separator: ", ")
            throw MessageError(
                .noOwner,
                "'\(component)' sends '\(type.name)' to '\(recipient)', which is no component of this runtime; there "
                    + "are: \(known)")
        }
        guard type.kind == .command || type.kind == .query, let owner = owner(of: type.name), owner != recipient
        else { return }
        throw MessageError(
            .noOwner,
            "'\(component)' sends the \(type.kind) '\(type.name)' to '\(recipient)', but '\(owner)' handles it")
    }

    /// Whether a message is a command or query of a component that it does not know (any more).
    func isUnknown(_ envelope: Envelope, to component: String) -> Bool {
        (envelope.kind == .command || envelope.kind == .query) && envelope.name.component == component
            && owners[envelope.name] == nil
    }

    static func unknown(_ envelope: Envelope, to component: String) -> String {
        "'\(component)' has no handler for the \(envelope.kind) '\(envelope.name)'"
    }

    /// Why a message of another driver cannot be taken into the log; `nil` where it can.
    func problem(with envelope: Envelope) -> String? {
        if let problem = MessageName.problem(in: envelope.name.rawValue) {
            return "'\(envelope.name)' is not a message name: \(problem)"
        }
        if let problem = MessageName.problem(inSegment: envelope.source) {
            return "the source '\(envelope.source)' is wrong: \(problem)"
        }
        guard envelope.kind == .command || envelope.kind == .query else { return nil }
        if let owner = owner(of: envelope.name) {
            guard let recipient = envelope.recipient, recipient != owner else { return nil }
            return "the \(envelope.kind) '\(envelope.name)' is for '\(recipient)', but '\(owner)' handles it"
        }
        return
            "the \(envelope.kind) '\(envelope.name)' has no owner: no component of this runtime \(elsewhere)handles it"
    }

    /// Says in errors that remote components were asked as well.
    private var elsewhere: String { remotes.components.isEmpty ? "" : "and no remote one " }

    private static func check(_ registry: ComponentRegistry) -> [String] {
        var problems: [String] = []
        let place = "component '\(registry.component)'"
        var taken: [MessageName: [(since: SchemaVersion, label: String)]] = [:]
        for consumed in registry.consumed {
            if let problem = MessageName.problem(in: consumed.name.rawValue) {
                problems.append("\(place), \(consumed.label): '\(consumed.name)' is not a message name: \(problem)")
            }
            if consumed.since.isMalformed {
                problems.append(
                    "\(place), \(consumed.label): '\(consumed.since)' is not a schema version: write three numbers "
                        + "like 1.2.3")
            }
            guard consumed.kind != .event else { continue }
            if let other = taken[consumed.name]?.first(where: { $0.since.major == consumed.since.major }) {
                problems.append(
                    "\(place) handles the \(consumed.kind) '\(consumed.name)' twice for major version "
                        + "\(other.since.major): \(other.label) and \(consumed.label)")
            }
            taken[consumed.name, default: []].append((consumed.since, consumed.label))
        }
        var registered: Set<String> = []
        for handler in registry.handlers where handler.kind == .event && handler.filter == nil {
            guard !registered.insert("\(handler.name) \(handler.label) \(handler.since)").inserted else { continue }
            problems.append("\(place) registers the handler of '\(handler.name)' twice: \(handler.label)")
        }
        for handler in registry.handlers {
            if let problem = handler.options.retry.problem {
                problems.append("\(place), \(handler.label): the retry policy is wrong: \(problem)")
            }
            if handler.filter != nil, handler.kind != .event {
                problems.append(misplacedFilter("\(place), \(handler.label)", handler.kind))
            }
            if handler.options.timeout <= .zero {
                problems.append("\(place), \(handler.label): the timeout must be longer than zero")
            }
            let limits = [("concurrency", handler.options.concurrency), ("buffered", handler.options.buffered)]
            for case (let name, let limit?) in limits where limit < 1 {
                problems.append("\(place), \(handler.label): \(name) is \(limit); it must be 1 or more")
            }
        }
        let projections = Dictionary(grouping: registry.projections, by: \.name).filter { $0.value.count > 1 }
        for name in projections.keys.sorted() { problems.append("\(place) has two projections called '\(name)'") }
        for type in registry.published {
            if let problem = MessageName.problem(in: type.name.rawValue) {
                problems.append("\(place): '\(type.name)' is not a message name: \(problem)")
            } else if type.kind == .event, type.name.component != registry.component {
                problems.append(
                    "\(place) publishes '\(type.name)', an event of component '\(type.name.component)'; a component "
                        + "owns the events that it publishes")
            }
            if type.version.isMalformed {
                problems.append("\(place): '\(type.version)' is not a schema version of '\(type.name)'")
            }
        }
        return problems + checkDefinitions(registry, place)
    }

    private static func misplacedFilter(_ place: String, _ kind: MessageKind) -> String {
        "\(place): only what reacts to events has a filter; a \(kind) that was filtered out would be lost"
    }

    /// Processes, sagas and entities of a component share one space of names; versions of one process differ in number.
    private static func checkDefinitions(_ registry: ComponentRegistry, _ place: String) -> [String] {
        var problems: [String] = []
        var notations: [String: Notation] = [:]
        var versions: Set<String> = []
        for definition in registry.machines {
            let name = definition.process
            problems += definition.problems.map { "\(place), \(name): \($0)" }
            problems += definition.triggers.filter { $0.filter != nil && $0.kind != .event }.map {
                misplacedFilter("\(place), \(name), \($0.name)", $0.kind)
            }
            if let other = notations[name], other != definition.notation {
                problems.append(
                    "\(place): '\(name)' names two kinds of instances (\(other.rawValue), "
                        + "\(definition.notation.rawValue)); they are found by name, so each kind needs its own")
            } else if !versions.insert("\(name) \(definition.version)").inserted {
                problems.append("\(place): version \(definition.version) of '\(name)' is there twice")
            }
            notations[name] = definition.notation
        }
        return problems
    }
}

/// A message type that a component takes in, by whatever part.
struct ConsumedType: Sendable {
    var name: MessageName
    var kind: MessageKind
    var since: SchemaVersion
    /// The part that takes it.
    var label: String
}

extension ComponentRegistry {
    /// Everything that the component takes in.
    var consumed: [ConsumedType] {
        handlers.map { ConsumedType(name: $0.name, kind: $0.kind, since: $0.since, label: $0.label) }
            + machines.flatMap { $0.consumes }
            + projections.flatMap { projection in
                projection.handlers.map {
                    ConsumedType(
                        name: $0.name, kind: $0.kind, since: $0.since, label: "projection \(projection.name)")
                }
            }
    }
}
