import SkeinStorage

/// Handles one message type.
///
/// The handler runs at least once per message; what it publishes and sends, and the changes that it enlists, happen
/// exactly once, in the commit that marks the message as handled. Messages with equal subjects are handled one after
/// the other in order, others in parallel. A handler that throws is retried (see ``retry(_:)``); when its retries run
/// out the key is parked with an incident.
///
/// ```swift
/// Handle(Charge.self) { charge, context in
///     let receipt = try await gateway.charge(charge.amount, key: context.idempotencyKey)
///     try context.publish(CardCharged(receipt))
/// }
/// ```
public struct Handle<Handled: Message>: RegisteredPart {
    private var registration: HandlerRegistration

    /// - Parameters:
    ///   - type: what is handled.
    ///   - since: the lowest schema version taken; the version of `type` unless stated.
    ///   - condition: takes only messages whose envelope satisfies it; asked before the payload is decoded.
    ///   - body: gets the decoded payload; the envelope is ``HandlerContext/envelope``.
    public init(
        _ type: Handled.Type, since: SchemaVersion? = nil,
        where condition: (@Sendable (Envelope) -> Bool)? = nil,
        _ body: @escaping @Sendable (Handled, HandlerContext) async throws -> Void
    ) {
        registration = HandlerRegistration(type, since: since, body)
        registration.filter = condition
    }

    /// Adds the handler to the component's own subscription; for a command or query it makes the component the owner.
    package func register(in registry: inout ComponentRegistry) { registry.add(registration) }

    /// Replaces the retry policy.
    public func retry(_ policy: RetryPolicy) -> Self {
        var copy = self
        copy.registration.options.retry = policy
        return copy
    }

    /// Replaces how long one attempt may take; 30 seconds unless stated.
    public func timeout(_ duration: Duration) -> Self {
        var copy = self
        copy.registration.options.timeout = duration
        return copy
    }

    /// Replaces how many messages the handler has in hand, so that an outside system gets no more calls than it can
    /// take. Other handlers have shares of their own.
    ///
    /// - Parameters:
    ///   - concurrency: how many attempts are under way at once, 1 or more, each at a message of another key;
    ///     ``RuntimeConfiguration/concurrentHandlers`` unless stated.
    ///   - buffered: how many messages are in memory, 1 or more; for `nil` 1,024, or what
    ///     `RuntimeTuning` of `SkeinOperator` says.
    public func limit(concurrency: Int, buffered: Int? = nil) -> Self {
        var copy = self
        (copy.registration.options.concurrency, copy.registration.options.buffered) = (concurrency, buffered)
        return copy
    }
}

extension LogRecord {
    /// The payload: the value that was published where it is still in memory, otherwise decoded.
    func decoded<Value: Message>(as type: Value.Type, coder: PayloadCoder) throws -> Value {
        if let value = value as? Value { return value }
        guard coder.reads(envelope.payload.contentType) else {
            throw MessageError(
                .undecodablePayload,
                "\(envelope.name) is in the format '\(envelope.payload.contentType)', not '\(coder.contentType)'")
        }
        return try coder.decode(type, from: envelope.payload.bytes)
    }
}
