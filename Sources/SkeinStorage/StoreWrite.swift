public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One change of rows, applied in the order given.
///
/// `put…` inserts or replaces by the row's identity; `remove…` of a row that is not there does nothing.
public indirect enum StoreWrite: Sendable, Hashable {
    /// Replaces the row with the same id.
    case putInstance(InstanceRow)
    /// Adds an entry after all others of its instance.
    case appendJournal(JournalRow)
    /// Removes the journal of an instance up to and including a sequence number.
    case truncateJournal(instance: InstanceID, through: Int64)
    /// From this commit on, messages resume the wait.
    case putWait(WaitRow)
    /// The wait is over: a message came, or it was given up.
    case removeWait(WaitRow)
    /// Sets a wake-up; a later time is another timer, so the earlier one is to be removed.
    case putTimer(TimerRow)
    /// Withdraws a wake-up, or removes one that has gone off.
    case removeTimer(TimerRow)
    /// Schedules an activity, or writes down a failed attempt.
    case putActivity(ActivityRow)
    /// The activity has an outcome, or is no longer wanted.
    case removeActivity(instance: InstanceID, seq: Int64)
    /// Puts an input into the mailbox of an instance that does not react at present.
    case putMailbox(MailboxRow)
    /// The instance has reacted to the input.
    case removeMailbox(seq: Int64)
    /// Raises an incident, or marks it as resolved.
    case putIncident(IncidentRow)
    /// Updates an open incident after another failed attempt; `nextAttempt` is `nil` when no further attempt is made. A
    /// resolved incident stays as it is.
    case updateIncident(id: IncidentID, error: String, nextAttempt: Timestamp?)
    /// Resolves an incident. An incident that is already resolved stays as it is.
    case resolveIncident(id: IncidentID, at: Timestamp, resolution: String)
    /// Parks a message of a subscription, makes it a dead letter, or changes its state.
    case putParked(ParkedRow)
    /// The parked message or dead letter has been handled, or given up.
    case removeParked(subscription: String, key: String, position: Int64)
    /// Buffers a message that nobody waits for yet.
    case putBuffered(BufferedRow)
    /// The buffered message has been delivered, or has expired.
    case removeBuffered(BufferedRow)
    /// Marks a message as handled by a subscription, so that a duplicate is dropped.
    case putInbox(subscription: String, message: MessageID, at: Timestamp)
    /// Removes inbox rows older than a time, the oldest first, at most so many.
    case trimInbox(before: Timestamp, limit: Int)
    /// Removes the oldest messages of the log, as far as nothing refers to them; see the contract of ``Store``, point
    /// 11.
    case trimLog(LogTrim)
    /// Writes down that a version of a process is deployed.
    case putDefinition(DefinitionRow)
    /// Replaces what a component declares; JSON, see ``CatalogueEntry``.
    case putCatalogue(component: String, description: Data)
    /// Writes down how far a channel has taken in a partition.
    case putSourcePlace(SourcePlaceRow)
    /// Forgets how far a channel has taken in a topic, in all partitions, so that its reader begins anew.
    case removeSourcePlaces(channel: String, topic: String)
    /// Replaces how a channel stands; JSON, see ``ChannelReport``.
    case putChannel(name: String, description: Data)
    /// The process has the channel no more.
    case removeChannel(name: String)
    /// Forgets the place of a subscription in the log, which it no longer holds. A commit that also names the place
    /// leaves it there.
    case removePosition(subscription: String)
    /// Removes an ended instance with its journal and its incidents; nothing else of it is left by then.
    case removeInstance(InstanceID)
    /// Stops, or lets go on, all activities towards an outside system.
    case suspendSystem(String, at: Timestamp)
    case resumeSystem(String)
}
