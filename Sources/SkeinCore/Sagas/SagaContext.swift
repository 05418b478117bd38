import SkeinStorage
internal import Synchronization

/// How a saga's handlers act: everything leaves in the commit that also holds the new state.
public final class SagaContext: Sendable {
    /// The time of this step.
    public let now: Timestamp
    /// The message in hand; `nil` for a wake-up.
    public let envelope: Envelope?

    struct Collected {
        var messages: [(message: any Message, kind: String)] = []
        /// Wake-ups that were set, and withdrawn (no time), in order.
        var wakes: [(purpose: String, due: Timestamp?)] = []
        var attributes: [(String, String?)] = []
        var ended = false
    }

    private let collected = Mutex(Collected())

    init(now: Timestamp, envelope: Envelope?) {
        (self.now, self.envelope) = (now, envelope)
    }

    /// Publishes an event.
    public func publish(_ event: some Event) { collected.withLock { $0.messages.append((event, "publish")) } }

    /// Publishes some events, in order.
    package func publish(contentsOf events: [any Event]) { for event in events { publish(event) } }

    /// Sends a command to its owner.
    public func send(_ command: some Command) { collected.withLock { $0.messages.append((command, "send")) } }

    /// Asks to be woken once, for a purpose; a second wake-up for the same purpose replaces the first.
    public func wake(_ purpose: String, after duration: Duration) {
        collected.withLock { $0.wakes.append((purpose, now.advanced(by: duration))) }
    }

    /// Withdraws the wake-up for a purpose.
    public func cancelWake(_ purpose: String) { collected.withLock { $0.wakes.append((purpose, nil)) } }

    /// Names a business attribute by which people can find the instance.
    public func set(_ attribute: String, to value: String?) {
        collected.withLock { $0.attributes.append((attribute, value)) }
    }

    /// Ends the saga after this step.
    public func end() { collected.withLock { $0.ended = true } }

    func take() -> Collected { collected.withLock { $0 } }
}
