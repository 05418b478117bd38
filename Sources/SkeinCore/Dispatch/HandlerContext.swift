public import SkeinStorage
internal import Synchronization

/// What a handler knows about the message in hand, and how it acts.
///
/// Whatever a handler publishes, sends and enlists is collected, and leaves only in the commit that marks the message
/// as handled; a handler that throws, or that is given up after its timeout, leaves nothing behind. After that the
/// context is sealed: calls are ignored, and counted.
public final class HandlerContext: Sendable {
    /// The message in hand, with everything that is known about it.
    public let envelope: Envelope
    /// The component that the handler belongs to.
    package let component: String
    /// The same for every attempt of this handler at this message, and for no other: pass it to outside systems.
    public var idempotencyKey: String {
        var digest = origin
        digest.add("key")
        let (high, low) = digest.value
        return UUIDText.string(high, low)
    }
    /// 1 for the first attempt.
    public let attempt: Int

    private let core: RuntimeCore
    private let subscription: String
    private let handler: String
    private let effects: Effects
    private let numbers = Mutex(Numbers())

    /// The state from which the messages of one handler get their ids.
    private struct Numbers {
        /// `nil` until the first message.
        var ids: DerivedIDs?
        /// How many transactions the handler has begun.
        var transactions: UInt64 = 0
    }

    /// What the handlers of one message publish, send and enlist together, until the attempt ends.
    private final class Effects: Sendable {
        struct Collected {
            var appends: [Outgoing] = []
            /// Messages in the mode ``PublishingMode/fireAndForget``, which follow after the commit.
            var unacknowledged: [Outgoing] = []
            var enlistments: [any Enlistment] = []
            /// Whether the attempt has ended, so that nothing more is taken in.
            var isSealed = false
        }

        let collected = Mutex(Collected())
    }

    init(
        core: RuntimeCore, component: String, subscription: String, handler: String, envelope: Envelope, attempt: Int
    ) {
        (self.core, self.component, self.envelope, self.attempt) = (core, component, envelope, attempt)
        (self.subscription, self.handler) = (subscription, handler)
        effects = Effects()
    }

    /// The context of another handler of the same message, which acts in the same commit.
    private init(_ first: HandlerContext, subscription: String, handler: String) {
        (core, component, envelope) = (first.core, first.component, first.envelope)
        (attempt, effects) = (first.attempt, first.effects)
        (self.subscription, self.handler) = (subscription, handler)
    }

    func joined(by handler: String, of subscription: String) -> HandlerContext {
        HandlerContext(self, subscription: subscription, handler: handler)
    }

    /// The digest of message, subscription and handler, from which all ids follow. Most handlers need none.
    private var origin: StableDigest {
        var digest = StableDigest()
        for text in ["handler", envelope.id.rawValue, subscription, handler] { digest.add(text) }
        return digest
    }

    /// The store of the runtime; for adapters.
    public var store: any Store { core.store }

    /// The present time on the runtime's clock.
    public var now: Timestamp { core.environment.clock.now }

    /// Publishes an event when the message in hand is committed as handled; order of publishing is kept.
    ///
    /// - Throws: ``MessageError`` with code `noOwner` for an event that the component does not declare while it
    ///   declares others, `unencodablePayload` or `payloadTooLarge`.
    public func publish(_ event: some Event) throws {
        try add(event, recipient: nil)
    }

    /// Publishes some events when the message in hand is committed as handled; order of publishing is kept.
    ///
    /// - Throws: what ``publish(_:)`` throws. Then none of the events is published, even if the handler goes on.
    package func publish(contentsOf events: [any Event]) throws {
        let prepared = try events.map { event in
            let type = type(of: event)
            try core.catalogue.checkSending(type, by: component)
            return (try outgoing(event, recipient: nil), core.catalogue.mode(of: type.name))
        }
        for (outgoing, mode) in prepared { collect(outgoing, mode) }
    }

    /// Sends a command to its owner when the message in hand is committed as handled.
    ///
    /// - Throws: ``MessageError`` with code `noOwner` when no component handles the command.
    public func send(_ command: some Command) throws {
        try add(command, recipient: core.catalogue.owner(of: type(of: command).name))
    }

    /// Sends any message to one component alone, whoever else subscribes to it.
    ///
    /// - Throws: ``MessageError`` with code `noOwner` when there is no such component, or another one owns the command.
    public func send(_ message: some Message, to component: String) throws {
        try core.catalogue.checkSending(type(of: message), by: self.component, to: component)
        try add(message, recipient: component)
    }

    /// Sends a document back to the component whose message is in hand; it is matched to the question by causation.
    public func reply(_ document: some Document) throws {
        let type = type(of: document)
        try core.catalogue.checkSending(type, by: component)
        var answer = try outgoing(document, recipient: envelope.source)
        if let address = envelope.context.extensions[ChannelRoute.replyTo] {
            answer.envelope.context.extensions[ChannelRoute.replyTo] = address
        }
        collect(answer, core.catalogue.mode(of: type.name))
    }

    /// Adds a message to the commit that has its envelope already.
    func append(_ message: Outgoing) { collect(message, .localStore) }

    /// Asks another component and waits for the answer in memory. A crash meanwhile repeats the handler, which asks
    /// again.
    ///
    /// - Throws: ``MessageError`` with code `noAnswer` when there is none in time.
    public func ask<Asked: Query>(_ query: Asked, timeout: Duration = .seconds(10)) async throws -> Asked.Answer {
        var origin = MessageOrigin(component: component, cause: envelope)
        origin.subject = nil
        return try await core.ask(query, from: origin, timeout: timeout)
    }

    /// Adds a change of the user's own tables to the commit; adapters offer this in their own terms.
    public func enlist(_ enlistment: any Enlistment) {
        effects.collected.withLock { collected in
            guard !collected.isSealed else { return core.counters.sealedEffects.increment() }
            collected.enlistments.append(enlistment)
        }
    }

    /// Builds the envelope of a message that this handler publishes inside a transaction; for adapters.
    package func prepare(_ message: some Message) throws -> Outgoing {
        try core.catalogue.checkSending(type(of: message), by: component)
        return try outgoing(message, recipient: nil)
    }

    /// Gives a transaction of this handler its own series of message ids; for adapters.
    ///
    /// - Returns: a function to call whenever the transaction begins. A transaction that runs again then gives its
    ///   messages the same ids.
    package func numberTransaction() -> @Sendable () -> Void {
        let digest = numbers.withLock { numbers in
            numbers.transactions += 1
            var digest = origin
            digest.add("transaction")
            digest.add(numbers.transactions)
            return digest
        }
        return { [self] in numbers.withLock { $0.ids = DerivedIDs(digest, chain: envelope.correlationID) } }
    }

    private func outgoing(_ message: some Message, recipient: String?) throws -> Outgoing {
        let derived = numbers.withLock { numbers in
            var ids = numbers.ids ?? DerivedIDs(origin, chain: envelope.correlationID)
            defer { numbers.ids = ids }
            return ids.next(type(of: message).name, message.subject)
        }
        return try core.factory.make(
            message, from: MessageOrigin(component: component, cause: envelope), id: derived.id, time: now,
            randomness: derived.randomness, recipient: recipient)
    }

    private func add(_ message: some Message, recipient: String?) throws {
        let type = type(of: message)
        try core.catalogue.checkSending(type, by: component)
        let outgoing = try outgoing(message, recipient: recipient)
        collect(outgoing, core.catalogue.mode(of: type.name))
    }

    private func collect(_ outgoing: Outgoing, _ mode: PublishingMode) {
        effects.collected.withLock { collected in
            guard !collected.isSealed else { return core.counters.sealedEffects.increment() }
            if mode == .fireAndForget {
                collected.unacknowledged.append(outgoing)
            } else {
                collected.appends.append(outgoing)
            }
        }
    }

    /// Ends the attempt and takes what it has collected: what belongs to the commit, and what may be lost after it.
    func seal() -> (unit: CommitUnit, unacknowledged: [Outgoing]) {
        effects.collected.withLock { collected in
            collected.isSealed = true
            let unit = CommitUnit(appends: collected.appends, enlistments: collected.enlistments)
            return (unit, collected.unacknowledged)
        }
    }
}
