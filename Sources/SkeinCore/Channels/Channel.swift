public import SkeinTransport

/// A named way to components in other processes: a broker, and how it is used.
///
/// ```swift
/// let runtime = try Runtime(
///     store: .sqlite("order.db"), components: [order], channels: [Channel("shop", over: .kafka("localhost:9092"))],
///     remotes: [Remote("payment", via: "shop"), Remote("shipping", via: "shop")])
/// ```
///
/// Events of the components of a runtime leave by all its channels, unless ``carrying(_:)`` says otherwise. Commands
/// and questions leave by the channel of the ``Remote`` that owns them, and answers by the channel by which the
/// question came.
///
/// - Durability: whatever leaves is in the log first, and whatever comes in is in the log before the broker hears of
///   it. A broker that is away for a while, or loses its connection at any moment, loses nothing.
/// - Ordering: messages of one topic and subject arrive in the order of the log; a transport that cannot do that is
///   refused.
public struct Channel: Sendable {
    package let name: String
    package let transport: any Transport
    /// The name of the process on the channel; `nil` for that of its only component.
    package let process: String?
    package var carries: @Sendable (Envelope) -> Bool = { _ in true }
    /// How firmly the broker must have messages in the mode ``PublishingMode/fireAndForget``.
    package var unreliableAcknowledgement = Acknowledgement.one
    package var isTransactional = false
    /// How many messages are sent in one batch, and received in one.
    package var batch = 1000
    /// How far a subscription here may lag before the channel takes in less.
    package var longestLag = 1_000_000

    /// - Parameters:
    ///   - name: unique in the runtime; a segment of a ``MessageName``. The store keeps the places of relay and readers
    ///     under it, so a channel that moves to another broker needs another name. A new channel sends what is written
    ///     from its first start on.
    ///   - process: the name under which this process reads and gets answers. It must be the same at each start of the
    ///     same store, and no other process on the broker may have it. A process with one component has the name of
    ///     that component, unless stated.
    public init(_ name: String, over transport: some Transport, as process: String? = nil) {
        (self.name, self.transport, self.process) = (name, transport, process)
    }

    /// Lets only those events leave whose envelopes satisfy a condition. Messages to a single component, and answers,
    /// leave in any case. A changed condition concerns what the channel has not yet passed.
    public func carrying(_ condition: @escaping @Sendable (Envelope) -> Bool) -> Self {
        var copy = self
        copy.carries = condition
        return copy
    }

    /// Says how firmly the broker must have messages in the mode ``PublishingMode/fireAndForget`` before they count as
    /// sent. One that fails is lost, and counted. ``Acknowledgement/one`` unless stated; all other messages are sent
    /// again until the broker has them as firmly as it can.
    public func fireAndForget(_ acknowledgement: Acknowledgement) -> Self {
        var copy = self
        copy.unreliableAcknowledgement = acknowledgement
        return copy
    }

    /// Sends each batch in a transaction of the broker that also holds the place of the relay. Readers that take only
    /// what was committed see each message once, even if this process is killed while it sends.
    ///
    /// The broker keeps the place under the names of channel and process. A store that does not have the newest message
    /// of that place, because it was begun anew or set back to a backup, sends from its own place on.
    ///
    /// Needs a transport with transactions; a runtime does not start with another one.
    public func exactlyOnce() -> Self {
        var copy = self
        copy.isTransactional = true
        return copy
    }

    /// Replaces how many messages are sent in one batch and received in one: 1,000 unless stated, 1 or more.
    public func batches(of messages: Int) -> Self {
        var copy = self
        copy.batch = messages
        return copy
    }
}
