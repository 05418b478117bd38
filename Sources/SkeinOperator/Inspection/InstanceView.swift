public import SkeinStorage
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An instance as tools show it.
public struct InstanceView: Sendable, Hashable, Codable {
    /// Given by the store, rising.
    public var id: InstanceID
    /// The component that it belongs to.
    public var component: String
    /// The process, saga or entity.
    public var process: String
    /// The business key.
    public var key: String
    /// The version of the definition that it stays on.
    public var version: Int
    /// How its behaviour is written.
    public var notation: Notation
    /// What it is doing.
    public var status: InstanceStatus
    /// Business attributes to find it by.
    public var attributes: [String: String]
    /// The chain that its messages belong to.
    public var correlationID: MessageID
    /// On whose behalf it was started.
    public var user: String?
    /// When its first input came.
    public var startedAt: Timestamp
    /// When it ended; `nil` while it can react.
    public var endedAt: Timestamp?
    /// The state of a saga or the snapshot of an entity.
    public var state: JSONValue?
    /// What a process returned, or the business error that ended it.
    public var result: JSONValue?

    init(_ row: InstanceRow) {
        (id, component, process, key) = (row.id, row.component, row.process, row.key)
        (version, notation, status) = (row.version, row.notation, row.status)
        attributes = row.attributes.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
        (correlationID, user, startedAt, endedAt) = (row.correlationID, row.user, row.startedAt, row.endedAt)
        (state, result) = (row.state.flatMap { JSONValue($0) }, row.result.flatMap { JSONValue($0) })
    }
}

/// Which instances are looked for. Conditions that are `nil` admit everything.
public struct InstanceFilter: Sendable, Hashable {
    /// Only instances of this process, saga or entity.
    public var process: String?
    /// Only instances of this component.
    public var component: String?
    /// Only instances that do this.
    public var status: InstanceStatus?
    /// The business key or the ordering key.
    public var key: String?
    /// Business attributes that all must have these values.
    public var attributes: [String: String] = [:]
    /// A cursor: only instances with a lower id.
    public var before: InstanceID?
    /// The largest number of instances, the newest first; 1 or more.
    public var limit = 50

    public init() {}
}

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
        /// Operations in words, such as `send till.charge (#2)`.
        public var did: [String]
        /// Names of the events of an entity.
        public var events: [String]

        init(_ entry: JournalEntry) {
            (seq, at, kind, op) = (entry.seq, entry.at, entry.kind, entry.op)
            (messageID, messageName) = (entry.messageID, entry.messageName)
            payload = entry.payload.map { JSONValue(Data($0.utf8)) ?? .string($0) }
            (detail, error, attempts) = (entry.detail, entry.error, entry.attempts)
            (did, events) = (entry.operations.map(\.text), entry.events.map(\.name))
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

/// An outside system that operators have stopped.
public struct SuspendedSystem: Sendable, Hashable, Codable {
    /// Its name in the code.
    public var system: String
    /// Since when activities towards it wait.
    public var since: Timestamp
}

/// A wait of an instance, and what came close to ending it.
public struct Wait: Sendable, Hashable, Codable {
    /// A message of the awaited type that did not end the wait.
    public struct NearMiss: Sendable, Hashable, Codable {
        /// The place in the log.
        public var position: Int64
        /// The id of the message.
        public var id: MessageID
        /// When it came into being.
        public var time: Timestamp
        /// Its ordering key.
        public var subject: String
        /// The top-level fields of its payload that hold the key or, where none does, that look like keys.
        public var fields: [String: String]
        /// Why it did not end the wait, in words.
        public var reason: String
    }

    /// The message type that is awaited.
    public var type: String
    /// The correlation key that a message must have.
    public var key: String
    /// When the wait began.
    public var since: Timestamp
    /// The message that the awaited one answers, where it is matched by causation and not by a key.
    public var answerTo: MessageID?
    /// The components that say that they publish the type.
    public var publishers: [String]
    /// Whether the log holds a message of the type at all, within the newest 100,000 messages.
    public var wasSeen: Bool
    /// The newest such messages, those with the key before others, and the newest first.
    public var nearMisses: [NearMiss]
}

/// Something that needs, or needed, a person.
public struct IncidentView: Sendable, Hashable, Codable {
    /// Given by the store, rising.
    public var id: IncidentID
    /// The component that it belongs to.
    public var component: String
    /// `activity`, `handler`, `instance` or `message`.
    public var kind: String
    /// A word for grouping.
    public var cause: String
    /// What went wrong, in words.
    public var error: String
    /// When it happened.
    public var at: Timestamp
    /// The instance that stands still, for kinds `activity` and `instance`.
    public var instance: InstanceID?
    /// The operation of the activity, for kind `activity`.
    public var activity: Int64?
    /// The subscription, for kinds `handler` and `message`.
    public var subscription: String?
    /// The business key or the ordering key.
    public var key: String?
    /// The place of the message in the log.
    public var position: Int64?
    /// The parked message.
    public var messageID: MessageID?
    /// The type of the message.
    public var messageName: String?
    /// When the first attempt failed; `nil` when nothing is retried.
    public var failingSince: Timestamp?
    /// When the runtime tries again by itself; `nil` when the incident needs a person.
    public var nextAttempt: Timestamp?
    /// When it was resolved; `nil` while it is open.
    public var resolvedAt: Timestamp?
    /// How it was resolved: `retried`, `edited`, `skipped`, `redirected`, `canceled` or `terminated` by an operator;
    /// `recovered`, `exhausted`, `canceled`, `deadLettered` or `rebuilt` by the runtime.
    public var resolution: String?
}
