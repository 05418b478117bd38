import SkeinCore

/// Which messages the handlers and projections of a trial's components take. The model needs it to tell a message that
/// nobody handles from a message that was lost.
struct TrialInterest: Sendable {
    /// The handlers of each subscription that belongs to handlers or to a projection.
    let handlers: [String: [HandlerRegistration]]
    /// The types for which a process takes the key from the payload instead of the subject.
    let correlated: Set<MessageName>

    init(_ components: [Component]) {
        var handlers: [String: [HandlerRegistration]] = [:]
        var correlated: Set<MessageName> = []
        for component in components {
            var registry = ComponentRegistry(component: component.name, start: component.start)
            for part in component.parts { registry.add(part) }
            if !registry.handlers.isEmpty { handlers["\(component.name)/handlers"] = registry.handlers }
            for projection in registry.projections {
                handlers["\(component.name)/projection/\(projection.name)"] = projection.handlers
            }
            correlated.formUnion(registry.correlatedTypes)
        }
        (self.handlers, self.correlated) = (handlers, correlated)
    }

    /// The subscriptions whose handlers take a message, in alphabetical order.
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
