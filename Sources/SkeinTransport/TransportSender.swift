/// A connection that sends; see the contract of ``Transport``, points 1 to 7.
///
/// The runtime calls ``send(_:)`` again only when the call before has returned.
public protocol TransportSender: AnyObject, Sendable {
    /// Sends messages and waits for what becomes of them.
    ///
    /// - Returns: an outcome for each message, in the order of the batch.
    /// - Throws: ``TransportError`` when the connection cannot go on; the runtime closes the sender and opens another.
    func send(_ batch: OutboundBatch) async throws -> [SendOutcome]

    /// The ``OutboundBatch/place`` of the newest transaction that was committed under this sender's transactional id;
    /// `nil` for a sender without one, or when there is none.
    func committedPlace() async throws -> String?

    /// Asks to be told when the connection has ended without ``close()`` and no ``send(_:)`` is under way, so that a
    /// sender with nothing to send does not count as connected.
    ///
    /// The runtime asks once, and closes the sender when it is told. The default does nothing: it is for senders whose
    /// client library connects again by itself.
    ///
    /// - Parameter notice: called at most once, from any thread; at once if the connection has ended before.
    func whenLost(_ notice: @escaping @Sendable (TransportError) -> Void)

    /// Lets go of the connection. What was not acknowledged may arrive or not.
    func close() async
}

extension TransportSender {
    /// Never calls: the client library connects again by itself.
    public func whenLost(_: @escaping @Sendable (TransportError) -> Void) {}
}
