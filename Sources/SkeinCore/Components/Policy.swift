import SkeinStorage

/// "Whenever X, then Y": a named rule, owned by one component, that turns one event into one command.
///
/// ```swift
/// Policy("when the payment is received, fetch the goods", on: PaymentReceived.self) {
///     FetchGoods(orderID: $0.orderID)
/// }
/// ```
public struct Policy<Trigger: Event, Issued: Command>: RegisteredPart {
    private var registration: HandlerRegistration

    /// - Parameters:
    ///   - rule: the rule in words, as it is shown in the catalogue.
    ///   - condition: takes only events whose envelope satisfies it; asked before the payload is decoded.
    ///   - body: returns the command to send, or `nil` when the rule does not apply to this event.
    public init(
        _ rule: String, on type: Trigger.Type, since: SchemaVersion? = nil,
        where condition: (@Sendable (Envelope) -> Bool)? = nil,
        _ body: @escaping @Sendable (Trigger) throws -> Issued?
    ) {
        self.init(rule, on: type, since: since, where: condition) { event, _ in try body(event) }
    }

    /// - Parameter body: gets the envelope too, for rules about who an event is from or on whose behalf it happened.
    public init(
        _ rule: String, on type: Trigger.Type, since: SchemaVersion? = nil,
        where condition: (@Sendable (Envelope) -> Bool)? = nil,
        _ body: @escaping @Sendable (Trigger, Envelope) throws -> Issued?
    ) {
        var registration = HandlerRegistration(
            label: rule, name: Trigger.name, kind: .event, since: since ?? Trigger.version
        ) { record, coder, context in
            let event = try record.decoded(as: type, coder: coder)
            if let command = try body(event, record.envelope) { try context.send(command) }
        }
        registration.filter = condition
        registration.policy = rule
        registration.sends = Issued.name
        self.registration = registration
    }

    /// Adds the policy as a handler of its event; the command that it issues needs an owner when the runtime starts.
    package func register(in registry: inout ComponentRegistry) { registry.add(registration) }
}
