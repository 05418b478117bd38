public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Synchronous queries on a store, to be used from one thread at a time.
///
/// Every query sees all commits that returned before it began. All of them throw ``StoreError`` when the store cannot
/// be read. `limit` is the largest number of rows returned, 1 or more.
public protocol StoreReader: AnyObject, Sendable {
    /// Runs several queries of this reader. All may see the store as it is when the first of them begins, so nothing
    /// that takes long belongs between them.
    ///
    /// - Cost: what a query costs beside its rows (locks, a snapshot), once for all of them where a store can do that.
    func together<Result>(_ queries: () throws -> Result) throws -> Result

    /// The highest ids in use.
    func highWater() throws -> HighWater

    /// Messages above a position, ascending.
    func records(after position: Int64, limit: Int) throws -> [LogRecord]
    func record(at position: Int64) throws -> LogRecord?
    func record(id: MessageID) throws -> LogRecord?

    /// The highest position whose message was removed by a trim, so that the log begins above it; 0 for none.
    func trimmedPosition() throws -> Int64
    /// What a trim must not pass: for each kind of reason the lowest message that must stay, ascending by position.
    func logHolds() throws -> [LogHold]
    /// The time of the oldest inbox row; `nil` for an empty inbox.
    func oldestInbox() throws -> Timestamp?

    /// A subscription's place; `nil` for a subscription that has never committed one.
    func position(of subscription: String) throws -> PositionRow?
    func inboxContains(subscription: String, message: MessageID) throws -> Bool

    func instance(_ id: InstanceID) throws -> InstanceRow?
    func instance(component: String, process: String, key: String) throws -> InstanceRow?
    /// Instances of a component with a status and an id above the given one, ascending by id.
    func instances(component: String, status: InstanceStatus, after id: InstanceID, limit: Int) throws -> [InstanceRow]
    /// Journal entries of an instance above a sequence number, ascending.
    func journal(of instance: InstanceID, after seq: Int64, limit: Int) throws -> [JournalRow]

    /// The sequence number of the newest journal entry of an instance; 0 where there is none.
    func journalEnd(of instance: InstanceID) throws -> Int64

    /// Waits of a component for a message type and key that admit a message at `position` (`after` < `position`),
    /// ascending by (instance, seq), beginning above the given pair.
    func waits(
        component: String, type: MessageName, key: String, admitting position: Int64, after cursor: OperationID,
        limit: Int
    ) throws -> [WaitRow]
    func waits(of instance: InstanceID) throws -> [WaitRow]
    /// The message types that instances of a component wait for.
    func waitTypes(component: String) throws -> [MessageName]

    /// Timers of a component above the given identity, ascending by (due, instance, seq), due no later than `due`.
    func timers(component: String, after cursor: DueCursor, due: Timestamp, limit: Int) throws -> [TimerRow]
    func timers(of instance: InstanceID) throws -> [TimerRow]

    /// The outside systems of a component's activities that have a next attempt, each once, ascending; the empty text
    /// stands for none.
    func activitySystems(component: String) throws -> [String]
    /// Activities of a component towards one outside system that have a next attempt, ascending by (its time, instance,
    /// seq).
    func scheduledActivities(
        component: String, system: String, after cursor: DueCursor, limit: Int
    ) throws -> [ActivityRow]
    func activities(of instance: InstanceID) throws -> [ActivityRow]

    /// Mailbox rows of a component above a sequence number, ascending.
    func mailbox(component: String, after seq: Int64, limit: Int) throws -> [MailboxRow]
    /// Mailbox rows of one instance after a sequence number, ascending.
    func mailbox(of instance: InstanceID, after seq: Int64, limit: Int) throws -> [MailboxRow]

    /// Parked rows of a subscription and key, ascending by position.
    func parked(subscription: String, key: String, after position: Int64, limit: Int) throws -> [ParkedRow]
    /// Parked rows of a subscription behind a place, including dead letters, ascending by (key, position).
    func parked(subscription: String, after place: ParkedCursor?, limit: Int) throws -> [ParkedRow]
    /// The lowest row of each key of a subscription that is not a dead letter, with a key above the given one,
    /// ascending by key.
    func parkedHeads(subscription: String, after key: String?, limit: Int) throws -> [ParkedRow]

    /// The lowest row of a key of a subscription above a position that is not a dead letter.
    func parkedHead(subscription: String, key: String, after position: Int64) throws -> ParkedRow?
    /// Rows of a subscription with a time in `nextAt`, above a place, ascending by (nextAt, key, position).
    func parkedDue(subscription: String, after cursor: ParkedDueCursor, limit: Int) throws -> [ParkedRow]

    /// Messages buffered for instances of a process that wait for a type and key: above a position, not expired at
    /// `now`, ascending by position.
    func buffered(
        component: String, process: String, type: MessageName, key: String, after position: Int64, now: Timestamp,
        limit: Int
    ) throws -> [BufferedRow]
    /// Buffered messages of a component that have expired at `now`, ascending by the time at which they did.
    func expiredBuffered(component: String, now: Timestamp, limit: Int) throws -> [BufferedRow]

    func incident(_ id: IncidentID) throws -> IncidentRow?
    /// Unresolved incidents above an id, ascending.
    func openIncidents(after id: IncidentID, limit: Int) throws -> [IncidentRow]
    /// Unresolved incidents of one cause above an id, ascending.
    func openIncidents(cause: String, after id: IncidentID, limit: Int) throws -> [IncidentRow]
    /// Unresolved incidents of one instance, ascending by id.
    func openIncidents(of instance: InstanceID) throws -> [IncidentRow]
    /// Unresolved incidents about one message of a subscription, ascending by id.
    func openIncidents(subscription: String, key: String, position: Int64) throws -> [IncidentRow]
    func definitions() throws -> [DefinitionRow]
    /// Instances of a component that ended before a time, oldest first.
    func endedInstances(component: String, before time: Timestamp, limit: Int) throws -> [InstanceID]
    /// The outside systems that operators have stopped, ascending by name.
    func suspendedSystems() throws -> [String]
    /// What a component last declared, as it was written.
    func catalogue(of component: String) throws -> Data?
    /// What components last declared, with a name above the given one, ascending by name. The empty text is below every
    /// name.
    func catalogues(after component: String, limit: Int) throws -> [CatalogueRow]

    /// How far a channel has taken in each partition, ascending by (topic, partition). There are as many as the process
    /// reads.
    func sourcePlaces(channel: String) throws -> [SourcePlaceRow]
    /// How each channel of the process stands, ascending by name, as it was written.
    func channels() throws -> [ChannelRow]
}

extension StoreReader {
    /// Runs each query by itself, for stores that gain nothing by doing more.
    public func together<Result>(_ queries: () throws -> Result) throws -> Result { try queries() }

    /// The first mailbox rows of one instance, ascending.
    public func mailbox(of instance: InstanceID, limit: Int) throws -> [MailboxRow] {
        try mailbox(of: instance, after: .min, limit: limit)
    }
}
