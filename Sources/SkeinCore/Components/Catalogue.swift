/// Who publishes, owns and consumes what, over all components of a runtime.
struct Catalogue: Sendable {
    /// The components that handle a command or query, by its name.
    private(set) var owners: [MessageName: String] = [:]
    private(set) var modes: [MessageName: PublishingMode] = [:]
    /// Components that declare all that they publish.
    private(set) var declared: [String: Set<MessageName>] = [:]
    let registries: [ComponentRegistry]

    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    init(_ components: [Component]) throws {
        var problems: [String] = []
        registries = components.map { component in
            var registry = ComponentRegistry(component: component.name)
            for part in component.parts { part.register(in: &registry) }
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
                modes[type.name] = type.mode
                declared[registry.component, default: []].insert(type.name)
            }
        }
        for registry in registries {
            for handler in registry.handlers {
                if let command = handler.sends, owners[command] == nil {
                    problems.append(
                        "the policy '\(handler.label)' of '\(registry.component)' sends '\(command)', which no "
                            + "component handles; add a component that does, or remove the policy")
                }
            }
        }
        if !problems.isEmpty { throw ConfigurationError(problems) }
    }

    func mode(of name: MessageName) -> PublishingMode { modes[name] ?? .localStore }

    /// Checks that a component may send a message.
    ///
    /// - Throws: ``MessageError`` with code `noOwner`.
    func checkSending(_ type: any Message.Type, by component: String) throws {
        switch type.kind {
        case .command, .query:
            guard owners[type.name] == nil else { return }
            throw MessageError(
                .noOwner,
                "the \(type.kind) '\(type.name)' has no owner: no component of this runtime handles it, so "
                    + "'\(component)' cannot send it")
        case .event:
            guard let declared = declared[component], !declared.contains(type.name),
                type.name.component == component
            else { return }
            throw MessageError(
                .noOwner,
                "'\(component)' declares what it publishes, but not '\(type.name)'; add it to its Publishes(…)")
        case .document:
            return
        }
    }

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
            if handler.options.timeout <= .zero {
                problems.append("\(place), \(handler.label): the timeout must be longer than zero")
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

    /// Processes, sagas and entities of a component share one space of names; versions of one process differ in number.
    private static func checkDefinitions(_ registry: ComponentRegistry, _ place: String) -> [String] {
        var problems: [String] = []
        var notations: [String: Notation] = [:]
        var versions: Set<String> = []
        for definition in registry.machines {
            let name = definition.process
            problems += definition.problems.map { "\(place), \(name): \($0)" }
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
