import SkeinCore

/// Which messages the handlers and projections of a trial's components take, by subscription: what a model needs to
/// tell a message that is passed by from one that is lost.
struct TrialInterest: Sendable {
    /// The subscriptions of handlers and projections, with what they take.
    let handlers: [String: [HandlerRegistration]]
    /// The types that processes correlate by keys of their own.
    let correlated: Set<MessageName>

    init(_ components: [Component]) {
        var handlers: [String: [HandlerRegistration]] = [:]
        var correlated: Set<MessageName> = []
        for component in components {
            var registry = ComponentRegistry(component: component.name, start: component.start)
            for part in component.parts { part.register(in: &registry) }
            if !registry.handlers.isEmpty { handlers["\(component.name)/handlers"] = registry.handlers }
            for projection in registry.projections {
                handlers["\(component.name)/projection/\(projection.name)"] = projection.handlers
            }
            correlated.formUnion(registry.correlatedTypes)
        }
        (self.handlers, self.correlated) = (handlers, correlated)
    }

    /// The subscriptions of handlers that take a message.
    func subscriptions(of envelope: Envelope) -> [String] {
        handlers.filter { subscription, handlers in
            let component = String(subscription.prefix { $0 != "/" })
            guard envelope.context.recipient.map({ $0 == component }) ?? true else { return false }
            return handlers.contains {
                $0.name == envelope.name && $0.since.accepts(envelope.version) && $0.filter?(envelope) ?? true
            }
        }.keys.sorted()
    }
}
