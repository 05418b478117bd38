/// A connection that takes messages in; see the contract of ``Transport``, points 8 to 14.
///
/// The runtime calls ``receive(limit:)`` again only when the call before has returned; it acknowledges while it waits.
/// When it has enough in hand it does not call, and the source must stop taking from the broker when its window is
/// full.
public protocol TransportSource: AnyObject, Sendable {
    /// Waits until there are messages.
    ///
    /// - Parameter limit: 1 or more.
    /// - Returns: at least one message, and at most `limit`, in the order in which they came.
    /// - Throws: ``TransportError`` when the connection cannot go on; the runtime closes the source and opens another.
    ///   `CancellationError` when the task is cancelled, without losing a message.
    func receive(limit: Int) async throws -> [InboundMessage]

    /// Says that messages are recorded, so that they need not come again. Some may all the same: where a broker keeps
    /// only a place, the next source begins at the first message that was not acknowledged.
    ///
    /// - Parameter messages: what ``receive(limit:)`` has returned, in any order, each once.
    func acknowledge(_ messages: [InboundMessage]) async throws

    /// Hands messages back: they come again, to this source or another one of the reader.
    ///
    /// - Throws: ``TransportError`` with code `unsupported` without ``TransportAbility/negativeAcknowledgement``.
    func release(_ messages: [InboundMessage]) async throws

    /// How many messages the broker has for this reader that were not received; `nil` where it does not say.
    func backlog() async -> Int?

    /// Lets go of the connection. What was received and not acknowledged comes again to the next source of the reader.
    func close() async
}

extension TransportSource {
    /// Throws, for transports that only hand messages back when the connection ends.
    public func release(_ messages: [InboundMessage]) async throws {
        throw TransportError(
            .unsupported, "this transport hands messages back only when its connection ends; close the source")
    }

    /// `nil`, for brokers that do not say.
    public func backlog() async -> Int? { nil }
}
