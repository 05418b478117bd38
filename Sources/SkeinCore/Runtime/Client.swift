package import SkeinStorage

/// Publishes and sends in the name of a component, from outside its handlers: from an HTTP handler, a command, a test.
///
/// Each call is a commit of its own: when it returns, the message is durable and will be delivered. To publish in a
/// transaction of your own, use the store's adapter.
public struct Client: Sendable {
    /// The source of messages from a client that acts for no component.
    static let defaultName = "client"

    let core: RuntimeCore
    /// The component in whose name the messages are sent.
    package let component: String
    let user: String?
    let trace: TraceContext?

    /// The store of the runtime; for adapters.
    package var store: any Store { core.store }

    /// Publishes an event. In the mode ``PublishingMode/fireAndForget`` the call returns before the event is durable.
    ///
    /// - Parameter id: makes the call repeatable: if the log already has a message with this id, nothing is published,
    ///   even if the payload differs. By default the message gets a new id.
    /// - Returns: the id of the message.
    /// - Throws: ``MessageError`` with code `noOwner` when the component does not exist, or declares the events that it
    ///   publishes without this one; with code `invalidCloudEvent` when `id` is empty; ``StoreError``.
    @discardableResult
    public func publish(_ event: some Event, id: MessageID? = nil) async throws -> MessageID {
        try await submit(event, recipient: nil, id)
    }

    /// Sends a command to its owner.
    ///
    /// - Parameter id: makes the call repeatable, as with ``publish(_:id:)``.
    /// - Throws: ``MessageError`` with code `noOwner` when no component handles the command.
    @discardableResult
    public func send(_ command: some Command, id: MessageID? = nil) async throws -> MessageID {
        try await submit(command, recipient: core.catalogue.owner(of: type(of: command).name), id)
    }

    /// Sends any message to one component alone, whoever else subscribes to it.
    ///
    /// - Parameter id: makes the call repeatable, as with ``publish(_:id:)``.
    /// - Throws: ``MessageError`` with code `noOwner` when there is no such component, or another one owns the command.
    @discardableResult
    public func send(_ message: some Message, to component: String, id: MessageID? = nil) async throws -> MessageID {
        try core.catalogue.checkSending(type(of: message), by: self.component, to: component)
        return try await submit(message, recipient: component, id)
    }

    /// Asks, and waits for the answer in memory.
    ///
    /// - Throws: ``MessageError`` with code `noAnswer` when there is none in time; an answer after that is counted as
    ///   late.
    public func ask<Asked: Query>(_ query: Asked, timeout: Duration = .seconds(10)) async throws -> Asked.Answer {
        try await core.ask(query, from: origin, timeout: timeout)
    }

    /// Builds the envelope of a message that is published in a transaction of the caller's own; for adapters.
    package func prepare(_ message: some Message) throws -> Outgoing {
        try core.catalogue.checkSending(type(of: message), by: component)
        return try core.outgoing(message, from: origin)
    }

    private var origin: MessageOrigin {
        var origin = MessageOrigin(component: component)
        (origin.user, origin.trace) = (user, trace)
        return origin
    }

    private func submit(_ message: some Message, recipient: String?, _ id: MessageID?) async throws -> MessageID {
        try core.catalogue.checkSending(type(of: message), by: component)
        if let id, id.rawValue.isEmpty {
            throw MessageError(
                .brokenCloudEvent, "the id for '\(type(of: message).name)' is empty; leave it out to get a new one")
        }
        let outgoing = try core.outgoing(message, from: origin, recipient: recipient, id: id)
        if let id { core.identities.write(id, from: outgoing.envelope.source) }
        if core.catalogue.mode(of: type(of: message).name) == .fireAndForget {
            core.publishUnacknowledged([outgoing])
        } else {
            _ = try await core.committer.commit(CommitUnit(appends: [outgoing]))
        }
        return outgoing.envelope.id
    }
}
