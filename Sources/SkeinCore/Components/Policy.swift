/// "Whenever X, then Y": a named rule, owned by one component, that turns one event into one command.
///
/// ```swift
/// Policy("when the payment is received, fetch the goods", on: PaymentReceived.self) {
///     FetchGoods(orderID: $0.orderID)
/// }
/// ```
public struct Policy<Trigger: Event, Issued: Command>: ComponentPart {
    private let registration: HandlerRegistration

    /// - Parameters:
    ///   - rule: the rule in words, as it is shown in the catalogue.
    ///   - body: returns the command to send, or `nil` when the rule does not apply to this event.
    public init(
        _ rule: String, on type: Trigger.Type, since: SchemaVersion? = nil,
        _ body: @escaping @Sendable (Trigger) throws -> Issued?
    ) {
        var registration = HandlerRegistration(
            label: rule, name: Trigger.name, kind: .event, since: since ?? Trigger.version
        ) { record, coder, context in
            if let command = try body(record.decoded(as: type, coder: coder)) { try context.send(command) }
        }
        registration.policy = rule
        registration.sends = Issued.name
        self.registration = registration
    }

    /// Adds the policy as a handler of its event; the command that it issues needs an owner when the runtime starts.
    public func register(in registry: inout ComponentRegistry) { registry.add(registration) }
}
