package import SkeinStorage

/// What the parts of one component declare, gathered before a runtime starts.
package struct ComponentRegistry: Sendable {
    /// The name of the component whose parts register here.
    package let component: String
    let start: StartingPoint
    /// Whether the runtime itself brings the component, so that it is in no catalogue.
    var isBuiltIn = false

    package var handlers: [HandlerRegistration] = []
    package var projections: [ProjectionRegistration] = []
    var machines: [any MachineDefinition] = []
    var published: [PublishedType] = []
    /// Events that entities of the component fold, and so publish.
    var folded: [PublishedType] = []
    /// Errors that a part found in itself while registering.
    var problems: [String] = []

    package init(component: String, start: StartingPoint) { (self.component, self.start) = (component, start) }

    /// Adds what a part declares.
    package mutating func add(_ part: any ComponentPart) {
        switch part {
        case let part as any RegisteredPart: part.register(in: &self)
        case let group as any HandlerGroup: for handler in group.handlers { add(handler) }
        default:
            problems.append(
                "'\(type(of: part))' is no part of a component; let it conform to HandlerGroup and list its handlers")
        }
    }

    /// Adds a handler of one message type to the component's own subscription.
    package mutating func add(_ handler: HandlerRegistration) { handlers.append(handler) }

    /// Adds a projection, which becomes a subscription of its own.
    package mutating func add(_ projection: ProjectionRegistration) { projections.append(projection) }

    /// Adds the declaration of a message type that the component publishes.
    package mutating func add(_ type: PublishedType) { published.append(type) }

    mutating func add(_ definition: any MachineDefinition) { machines.append(definition) }

    /// The types for which a process takes the key from the payload instead of the subject.
    package var correlatedTypes: Set<MessageName> {
        Set(
            machines.flatMap(\.triggers).compactMap { trigger in
                if case .correlate = trigger.role { trigger.name } else { nil }
            })
    }

    var entities: [any MachineDefinition] { machines.filter { $0.notation == .entity } }
    var processes: [any MachineDefinition] { machines.filter { $0.notation != .entity } }

    /// The names of the subscriptions, but for those of projections.
    var subscriptions: [String] {
        [("handlers", handlers.isEmpty), ("entities", entities.isEmpty), ("processes", processes.isEmpty)]
            .filter { !$0.1 }.map { "\(component)/\($0.0)" }
    }
}

/// One handler of one message type.
package struct HandlerRegistration: Sendable {
    /// What the handler is called in the catalogue and in incidents.
    package var label: String
    /// The message name that the handler takes; several handlers may share it, side by side.
    package var name: MessageName
    /// An event may have any number of handlers; a command or query has one for each major version.
    package var kind: MessageKind
    /// The lowest schema version that the handler takes; see ``SchemaVersion/accepts(_:)``.
    package var since: SchemaVersion
    /// Looks at the envelope before the payload is decoded; `false` passes the message by.
    package var filter: (@Sendable (Envelope) -> Bool)?
    /// Retry and timeout of this handler alone.
    package var options: HandlerOptions
    /// The command that a policy turns the event into, for the catalogue.
    package var sends: MessageName?
    /// The rule in words, for a policy.
    package var policy: String?
    let run: @Sendable (LogRecord, PayloadCoder, HandlerContext) async throws -> Void

    package init(
        label: String, name: MessageName, kind: MessageKind, since: SchemaVersion, options: HandlerOptions = .init(),
        filter: (@Sendable (Envelope) -> Bool)? = nil,
        run: @escaping @Sendable (LogRecord, PayloadCoder, HandlerContext) async throws -> Void
    ) {
        (self.label, self.name, self.kind, self.since) = (label, name, kind, since)
        (self.options, self.filter, self.run) = (options, filter, run)
    }
}

extension HandlerRegistration {
    /// A handler that gets the decoded payload.
    package init<Handled: Message>(
        _ type: Handled.Type, since: SchemaVersion? = nil,
        _ body: @escaping @Sendable (Handled, HandlerContext) async throws -> Void
    ) {
        self.init(
            label: "\(type)", name: Handled.name, kind: Handled.kind, since: since ?? Handled.version
        ) { record, coder, context in
            try await body(record.decoded(as: type, coder: coder), context)
        }
    }
}

/// How a handler is retried and limited.
package struct HandlerOptions: Sendable, Hashable {
    /// When a failed attempt is repeated. When the policy has ended, the key stays parked until an operator repairs the
    /// incident.
    package var retry: RetryPolicy
    /// How long one attempt may take before its effects are sealed and its outcome counts as unknown. Time for which
    /// the whole process is stopped does not count.
    package var timeout: Duration
    /// How many attempts of the handler may be under way at once, each at a message of another key;
    /// ``RuntimeConfiguration/concurrentHandlers`` unless stated.
    package var concurrency: Int?
    /// How many messages of the handler may be in memory; ``RuntimeConfiguration/bufferedMessages`` unless stated.
    package var buffered: Int?

    package init(
        retry: RetryPolicy = RetryPolicy(), timeout: Duration = .seconds(30), concurrency: Int? = nil,
        buffered: Int? = nil
    ) {
        (self.retry, self.timeout, self.concurrency, self.buffered) = (retry, timeout, concurrency, buffered)
    }
}

/// A read model: handlers of events with a place in the log of their own.
package struct ProjectionRegistration: Sendable {
    /// Unique in its component.
    package var name: String
    /// 1 or more. Another number than the stored one rebuilds the projection from the first message on.
    package var version: Int
    /// One for each event type that is folded, in the order of the log.
    package var handlers: [HandlerRegistration]
    /// Empties the read model; joins the commit that resets the projection's place.
    package var reset: (@Sendable () -> any Enlistment)?

    package init(
        name: String, version: Int, handlers: [HandlerRegistration], reset: (@Sendable () -> any Enlistment)? = nil
    ) {
        (self.name, self.version, self.handlers, self.reset) = (name, version, handlers, reset)
    }
}

/// A message type that a component publishes, and how reliably.
package struct PublishedType: Sendable, Hashable {
    /// Dotted, `component.name`.
    package var name: MessageName
    /// Whether it is a fact, an intent, a question or carried state.
    package var kind: MessageKind
    /// The schema version of what is written from now on; older versions may still be in the log.
    package var version: SchemaVersion
    /// What publishing a message of this type guarantees.
    package var mode: PublishingMode

    package init(name: MessageName, kind: MessageKind, version: SchemaVersion, mode: PublishingMode) {
        (self.name, self.kind, self.version, self.mode) = (name, kind, version, mode)
    }
}
