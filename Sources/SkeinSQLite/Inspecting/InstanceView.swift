public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An instance as tools show it.
public struct InstanceView: Sendable, Hashable, Codable {
    public var id: Int64
    public var component: String
    public var process: String
    public var key: String
    public var version: Int
    public var notation: Notation
    public var status: InstanceStatus
    public var attributes: [String: String]
    public var correlationID: MessageID
    public var user: String?
    public var startedAt: Timestamp
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
    public var process: String?
    public var component: String?
    public var status: InstanceStatus?
    public var key: String?
    /// Business attributes that all must have these values.
    public var attributes: [String: String] = [:]
    /// A cursor: only instances with a lower id.
    public var before: Int64?
    /// The largest number of instances, the newest first; 1 or more.
    public var limit = 50

    public init() {}
}

/// Everything about one instance, and why it is not further.
public struct InstanceDetail: Sendable, Hashable, Codable {
    /// One journal entry: what came in, and what the instance did.
    public struct Entry: Sendable, Hashable, Codable {
        public var seq: Int64
        public var at: Timestamp
        public var kind: String
        public var op: Int64?
        public var messageID: MessageID?
        public var messageName: String?
        public var payload: JSONValue?
        public var detail: String?
        public var error: String?
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
        public var due: Timestamp
        public var purpose: String
        public var op: Int64
    }

    /// An activity that is scheduled and not completed.
    public struct Activity: Sendable, Hashable, Codable {
        public var op: Int64
        public var name: String
        public var attempts: Int
        /// When the next attempt is due; `nil` while an incident holds the activity.
        public var nextAt: Timestamp?
        public var scheduledAt: Timestamp
        public var lastError: String?
        public var idempotencyKey: String
    }

    public var instance: InstanceView
    /// What the instance waits for, and what came close.
    public var waits: [Wait]
    public var timers: [Timer]
    public var activities: [Activity]
    /// How many inputs are kept for it while it stands still.
    public var mailbox: Int
    /// Its incidents, the open ones first.
    public var incidents: [IncidentView]
    /// The newest entries, ascending.
    public var journal: [Entry]
    /// How many entries the journal has in all.
    public var journalLength: Int
}

/// A wait of an instance, and what came close to ending it.
public struct Wait: Sendable, Hashable, Codable {
    /// A message of the awaited type that did not end the wait.
    public struct NearMiss: Sendable, Hashable, Codable {
        public var position: Int64
        public var id: MessageID
        public var time: Timestamp
        public var subject: String
        /// Why it did not end the wait, in words.
        public var reason: String
    }

    public var type: String
    /// The correlation key that a message must have.
    public var key: String
    public var since: Timestamp
    /// The message that the awaited one answers, where it is matched by causation and not by a key.
    public var answerTo: MessageID?
    /// The components that say that they publish the type.
    public var publishers: [String]
    /// Whether the log holds a message of the type at all, within the newest 100,000 messages.
    public var wasSeen: Bool
    /// The newest such messages, the newest first.
    public var nearMisses: [NearMiss]
}

/// Something that needs, or needed, a person.
public struct IncidentView: Sendable, Hashable, Codable {
    public var id: Int64
    public var component: String
    /// `activity`, `handler`, `instance` or `message`.
    public var kind: String
    /// A word for grouping.
    public var cause: String
    public var error: String
    public var at: Timestamp
    public var instance: Int64?
    public var activity: Int64?
    public var subscription: String?
    public var key: String?
    public var position: Int64?
    /// The message that is held up.
    public var messageID: MessageID?
    public var messageName: String?
    public var resolvedAt: Timestamp?
    /// `retried`, `edited`, `skipped` or `canceled`.
    public var resolution: String?
}
