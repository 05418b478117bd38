public import SkeinMessages

/// Where everything durable lives: the log of messages and the rows of instances, waits, timers, activities, incidents.
///
/// A store is synchronous. The runtime calls ``commit(_:)`` from one thread at a time (its committer) and each reader
/// from one thread at a time, so an adapter needs no queue of its own; it only has to allow commits and reads to
/// overlap.
///
/// # Contract
///
/// The conformance suite of `SkeinTesting` checks each point and cites its number.
///
/// 1. **Atomic.** All units of a batch that did not fail, and the positions, become durable together or not at all.
/// 2. **Durable.** When `commit` returns, its writes survive the death of the process and, at the default durability,
///    of the machine.
/// 3. **Isolated failure.** An ``Enlistment`` that throws undoes its own unit alone: its appends, writes and
///    enlistments. The unit's outcome carries the error; the others commit.
/// 4. **Order.** Units are applied in order, except that units with enlistments come after those without. Positions of
///    appended messages rise strictly in the order of application, and no message ever becomes visible below one that
///    is already visible.
/// 5. **Idempotent append.** A message whose id is in the log already is not appended again and yields no record. The
///    one in the log keeps its origin, or stays without one.
/// 6. **Exact.** An envelope comes back equal in every section, and with it the ``Outgoing/origin``. An origin that
///    cannot be read comes back as one of an unknown place, never as none.
/// 7. **Read your writes.** A read that begins after `commit` returned sees its writes.
/// 8. **Reads are bounded.** Every query that can return many rows takes a limit, and costs in proportion to what it
///    returns, not to what is stored.
/// 9. **One owner.** Opening a store that another process owns throws ``StoreError`` with code `owned`.
/// 10. **Reported appends.** Every appended message, whether by `commit` or in a transaction of the user's own, is
///    reported to the append observer after its commit and before the store admits the next writer, so that reports
///    come in the order of positions.
/// 11. **Trimmed.** ``StoreWrite/trimLog(_:)`` removes messages from the beginning of the log: none that a place, a
///    parked or buffered message, a mailbox row or an open incident refers to when it is applied, and never the newest
///    one. A ``SourcePlaceRow`` holds nothing. Positions are not given again. The ids go into the inbox under
///    ``LogTrim/subscription``; while one is there, a message with it counts as in the log already (point 5). The
///    sources of messages with an origin and an id that is no UUID go there under ``LogTrim/sources``.
public protocol Store: AnyObject, Sendable {
    /// What to call the store in errors: a file's path, or a word.
    var label: String { get }

    /// Makes the batch durable. See the contract, points 1 to 5.
    ///
    /// - Throws: ``StoreError`` when nothing of the batch has become durable (disk full, input/output error).
    func commit(_ batch: CommitBatch) throws -> [UnitOutcome]

    /// A reader of its own, to be used from one thread at a time.
    func makeReader() throws -> any StoreReader

    /// Sets who hears of appended messages; see the contract, point 10. The observer must be short.
    func observeAppends(_ observer: (@Sendable ([LogRecord]) -> Void)?)

    /// Sets who says why a message of another driver (see the adapter's outbox) cannot be taken into the log; `nil` for
    /// one that can. Such a message stays where it is, with the reason. The check must be short.
    func checkForeign(_ problem: (@Sendable (Envelope) -> String?)?)

    /// Moves messages of other drivers into the log, as many as there are. Every commit does so too.
    func relayForeign() throws

    /// Gives up ownership. Further calls throw.
    func close() throws

    /// Called once by a runtime that has stopped. Closes the store, so that another runtime can open it. A store in
    /// memory does nothing, because closing it would lose its content.
    func release() throws
}

extension Store {
    /// Closes the store.
    public func release() throws { try close() }

    /// Does nothing, for stores to which nobody else writes.
    public func relayForeign() throws {}

    /// Does nothing, for stores to which nobody else writes.
    public func checkForeign(_ problem: (@Sendable (Envelope) -> String?)?) {}
}
