/// A way to other processes: a broker, reached through its own client library. This is what an adapter implements.
///
/// A transport holds no connection. ``openSender(_:)`` and ``openSource(_:)`` make connections; when one of them fails,
/// the runtime closes what it has and opens again after a pause, so an adapter need not reconnect; a client library
/// that does so by itself may.
///
/// # Contract
///
/// `TransportConformance` of `SkeinTesting` checks each point and cites its number. A point that names a
/// ``TransportAbility`` holds for the transports that have it.
///
/// *Sending*
///
/// 1. **One outcome a message.** ``TransportSender/send(_:)`` returns an outcome for each message, in the order of the
///    batch, or throws; after a throw no outcome is known.
/// 2. **Order.** Messages of one destination with one subject reach each reader in the order of sending. When one is
///    not acknowledged, none behind it with the same destination and subject is, as far as the batch goes
///    (``TransportAbility/orderPerKey``).
/// 3. **Acknowledged.** ``SendOutcome/acknowledged`` says that the broker has the message as firmly as
///    ``SenderRequest/acknowledgement`` asks. At ``Acknowledgement/all`` it survives the death of the broker's process.
/// 4. **Exact.** What is received equals what was sent: the envelope in every section, ``OutboundMessage/replyTo`` and
///    ``OutboundMessage/isRepeated``. A message that cannot be carried so is refused with
///    ``TransportError/Code/unencodable`` or ``TransportError/Code/tooLarge``.
/// 5. **Refusals are single.** A message that the broker will never take (too large, no right to the destination) is
///    ``SendOutcome/refused(_:)`` with the reason; messages of other keys go on.
/// 6. **No hanging.** A broker that cannot be reached makes `send` fail within ``SenderRequest/timeout``: it throws, or
///    the outcomes are ``SendOutcome/failed(_:)``. A sender without work says so by
///    ``TransportSender/whenLost(_:)``, unless it connects again by itself.
/// 7. **Transactions.** The messages of a batch become visible to readers together or not at all, and
///    ``OutboundBatch/place`` with them; when one of them is refused, the others are ``SendOutcome/failed(_:)``. A
///    second sender with the same ``SenderRequest/transactionalID`` makes the first one fail with
///    ``TransportError/Code/fenced``, thrown or as outcomes (``TransportAbility/transactions``).
///
/// *Taking in*
///
/// 8. **At least once.** A message that was acknowledged to its sender comes to each reader whose subscription exists,
///    again and again until it is acknowledged; after the end of a source, to the next one of the same reader. `close`
///    lets the acknowledgements before it count.
/// 9. **Readers.** Readers with different names get each message; sources with the same name share
///    (``TransportAbility/sharedReaders``). A reader that is off gets later what came meanwhile
///    (``TransportAbility/durableReaders``).
/// 10. **Bounded.** A source holds at most ``SourceRequest/window`` messages that are not acknowledged, and
///     ``TransportSource/receive(limit:)`` returns no more than its limit.
/// 11. **Unreadable messages come too**, as ``InboundMessage/Content/unreadable(_:)`` with their bytes and the reason;
///     those behind them come as well.
/// 12. **Places.** A source that is opened with places goes on at each of them: it receives nothing below and all from
///     there (``TransportAbility/positions``).
/// 13. **Beginnings.** A reader without a place begins where its subscription says
///     (``TransportAbility/replayFromBeginning``, ``TransportAbility/replayFromTime``). With
///     ``SourceBeginning/now`` it gets all that is sent after `openSource` has returned; of events and the catalogue
///     nothing from before, while commands and replies that lie in a queue may come.
/// 14. **Closing.** After `close` a waiting or later `receive` throws ``TransportError/Code/closed``. `close` returns
///     when the client library has let go, and may be called twice.
///
/// *Both*
///
/// 15. **Honest.** Asking for what ``features`` do not name throws ``TransportError/Code/unsupported``, or refuses the
///     single message with it, and says what to do.
/// 16. **Clear failures.** Wrong credentials, a peer that speaks another protocol, or a certificate that is not trusted
///     fail with a ``TransportError`` that names the address and the cause. No error shows a password.
public protocol Transport: Sendable {
    /// What to call it on screens and in errors: the address, without credentials.
    var label: String { get }

    /// What it can do; the same for as long as the transport exists.
    var features: TransportFeatures { get }

    /// Where a source takes in a destination for a reader: broker and topic or queue, in words that are equal for equal
    /// places alone. `nil` where the transport cannot tell before it connects.
    ///
    /// Two sources of one process at one place would take messages from each other, so only one of them is opened
    /// there.
    func location(of destination: Destination, for reader: String) -> String?

    /// Connects for sending.
    func openSender(_ request: SenderRequest) async throws -> any TransportSender

    /// Connects for taking in, and makes the subscriptions that are not there.
    func openSource(_ request: SourceRequest) async throws -> any TransportSource
}

extension Transport {
    /// Not known.
    public func location(of destination: Destination, for reader: String) -> String? { nil }
}
