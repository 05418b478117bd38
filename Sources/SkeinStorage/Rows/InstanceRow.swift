public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One keyed durable state machine.
public struct InstanceRow: Sendable, Hashable {
    /// Unique in the store, 1 or more, never given twice.
    public var id: InstanceID
    /// The component that owns the instance.
    public var component: String
    /// The process, saga or entity name; with component and key it identifies the instance.
    public var process: String
    /// The business key, from the message that started the instance.
    public var key: String
    /// The definition's version that the instance runs, 1 or more.
    public var version: Int
    /// In which notation its definition is written.
    public var notation: Notation
    /// Whether it reacts to what arrives, lets it wait in its mailbox, or has ended.
    public var status: InstanceStatus
    /// The virtual shard, 0 to 1,023, by a stable hash of the key.
    public var shard: Int
    /// The stored seed from which the instance draws ids, idempotency keys and randomness.
    public var seed: Seed
    /// The state of a saga, or an entity's snapshot; `nil` for a code process, whose state is its journal.
    public var state: Data?
    /// The journal sequence number that `state` includes.
    public var stateSeq: Int64
    /// What a process returned, or the business error that ended it (``ProcessFailure``).
    public var result: Data?
    /// Business attributes for searching, a JSON object of strings.
    public var attributes: Data?
    /// Shared by all messages of the business transaction that the instance belongs to.
    public var correlationID: MessageID
    /// The W3C `traceparent` of the starting message and, after a space, its `tracestate` if it had one.
    public var trace: String?
    /// On whose behalf it was started; `nil` where the starting message named no one.
    public var user: String?
    /// When the message that started it was reacted to.
    public var startedAt: Timestamp
    /// When it completed, failed or was canceled; `nil` until then.
    public var endedAt: Timestamp?
    /// What of the stored row cannot be read, in words; `nil` for nothing. An adapter that meets a word which it does
    /// not know says so here, gives the row the status `parked`, and so one row stops no other. Such a row is not
    /// written again.
    public var unreadable: String?

    public init(
        id: InstanceID, component: String, process: String, key: String, version: Int, notation: Notation,
        status: InstanceStatus = .running, shard: Int, seed: Seed, state: Data? = nil, stateSeq: Int64 = 0,
        result: Data? = nil, attributes: Data? = nil, correlationID: MessageID, trace: String? = nil,
        user: String? = nil, startedAt: Timestamp, endedAt: Timestamp? = nil
    ) {
        (self.id, self.component, self.process, self.key) = (id, component, process, key)
        (self.version, self.notation, self.status) = (version, notation, status)
        (self.shard, self.seed, self.state, self.stateSeq) = (shard, seed, state, stateSeq)
        (self.result, self.attributes, self.correlationID) = (result, attributes, correlationID)
        (self.trace, self.user, self.startedAt, self.endedAt) = (trace, user, startedAt, endedAt)
    }
}

extension InstanceRow {
    /// The trace that the instance goes on with.
    package var traceContext: TraceContext? { trace.flatMap(TraceContext.init(stored:)) }
}
