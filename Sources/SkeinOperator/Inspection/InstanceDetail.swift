internal import SkeinStorage
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Everything about one instance, and why it is not further.
public struct InstanceDetail: Sendable, Hashable, Codable {
    /// One journal entry: what came in, and what the instance did.
    public struct Entry: Sendable, Hashable, Codable {
        /// Rises by one with each entry.
        public var seq: Int64
        /// When it happened.
        public var at: Timestamp
        /// What came in: `start`, `message`, `activity`, `timer`, `cancel`, `events`; or what happened to the instance:
        /// `attempt` (one that failed), `parked`, `suspended`, `resumed`, `retried`, `edited`, `terminate`.
        public var kind: String
        /// The operation that the input is for.
        public var op: Int64?
        /// The name of the activity that came in, or of which an attempt failed.
        public var activity: String?
        /// The message that came in.
        public var messageID: MessageID?
        /// The type of the message.
        public var messageName: String?
        /// What the input carried.
        public var payload: JSONValue?
        /// The code of a business error, or the purpose of a timer.
        public var detail: String?
        /// The last error of an exhausted activity, or the reason of a cancellation.
        public var error: String?
        /// How often an exhausted activity was tried.
        public var attempts: Int?
        /// Operations in words, such as `send till.charge (#2)`; what undoes a step is named, without its payload.
        public var did: [String]
        /// Names of the events of an entity.
        public var events: [String]

        /// - Parameter activities: the names of the instance's activities, by operation.
        init(_ entry: JournalEntry, activities: [Int64: String]) {
            (seq, at, kind, op) = (entry.seq, entry.at, entry.kind, entry.op)
            activity = ["activity", "attempt"].contains(entry.kind) ? entry.op.flatMap { activities[$0] } : nil
            (messageID, messageName) = (entry.messageID, entry.messageName)
            payload = entry.payload.map { JSONValue(Data($0.utf8)) ?? .string($0) }
            (detail, error, attempts) = (entry.detail, entry.error, entry.attempts)
            events = entry.events.map(\.name)
            did = entry.operations.map { operation in
                var operation = operation
                operation.command = nil
                return operation.text
            }
        }
    }

    /// A wake-up that is set.
    public struct Timer: Sendable, Hashable, Codable {
        /// When it fires.
        public var due: Timestamp
        /// `sleep`, `timeout` or `reminder`.
        public var purpose: String
        /// The operation of the instance.
        public var op: Int64
    }

    /// An activity that is scheduled and not completed.
    public struct Activity: Sendable, Hashable, Codable {
        /// The operation of the instance.
        public var op: Int64
        /// The name in the journal.
        public var name: String
        /// How many attempts have failed.
        public var attempts: Int
        /// When the next attempt is due; `nil` while an incident holds the activity.
        public var nextAt: Timestamp?
        /// When the instance asked for it.
        public var scheduledAt: Timestamp
        /// When the first attempt failed; `nil` when none has.
        public var failingSince: Timestamp?
        /// What went wrong last.
        public var lastError: String?
        /// What the outside system knows all attempts by.
        public var idempotencyKey: String
        /// What operators have changed about its retry policy; `nil` for the one in the code.
        public var retry: RetryPolicy.Edit?
    }

    /// The instance itself.
    public var instance: InstanceView
    /// What the instance waits for, and what came close.
    public var waits: [Wait]
    /// In the order in which they fire.
    public var timers: [Timer]
    /// In the order in which they were scheduled.
    public var activities: [Activity]
    /// Outside systems that operators have stopped; activities towards them wait, whoever scheduled them.
    public var suspendedSystems: [SuspendedSystem]
    /// How many inputs wait in its mailbox while it stands still.
    public var mailbox: Int
    /// Its incidents, the open ones first.
    public var incidents: [IncidentView]
    /// The newest entries, ascending.
    public var journal: [Entry]
    /// How many entries the journal has in all.
    public var journalLength: Int
}
