public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One change of rows, applied in the order given.
///
/// `put…` inserts or replaces by the row's identity; `remove…` of a row that is not there does nothing.
public enum StoreWrite: Sendable, Hashable {
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
    /// Keeps an input for an instance that cannot react now.
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
    /// Sets a message of a subscription aside, or changes its state.
    case putParked(ParkedRow)
    /// The message has been handled, or given up.
    case removeParked(subscription: String, key: String, position: Int64)
    /// Keeps a message that nobody waits for yet.
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
    /// Removes an ended instance with its journal and its incidents; nothing else of it is left by then.
    case removeInstance(InstanceID)
    /// Stops, or lets go on, all activities towards an outside system.
    case suspendSystem(String, at: Timestamp)
    case resumeSystem(String)
}

/// A subscription's place in the log: everything up to `position` is handled or parked, and so is each of `completed`.
public struct PositionRow: Sendable, Hashable {
    /// Unique in the store; one row a subscription.
    public var subscription: String
    /// 0 before the first message; never goes down but for a rebuild.
    public var position: Int64
    /// Stretches of the log above `position` that are handled already: ascending, apart from one another, and at most
    /// one more than there are messages in flight.
    public var completed: [ClosedRange<Int64>]
    /// The version of the projection that has folded up to here; 0 for all other subscriptions.
    public var version: Int

    public init(
        subscription: String, position: Int64, completed: [ClosedRange<Int64>] = [], version: Int = 0
    ) {
        (self.subscription, self.position) = (subscription, position)
        (self.completed, self.version) = (completed, version)
    }

    /// Whether a message above the position is handled already.
    public func hasCompleted(_ position: Int64) -> Bool { completed.contains { $0.contains(position) } }
}

/// What an instance is doing.
public enum InstanceStatus: String, Sendable, Codable, CaseIterable {
    /// Going on, or waiting for a message, a timer or an activity.
    case running
    /// Stopped by an operator; what arrives waits in its mailbox.
    case suspended
    /// Stopped by an incident; what arrives waits in its mailbox.
    case parked
    case completed
    /// Ended with a business error.
    case failed
    case canceled

    /// Whether the instance can never react again.
    public var isEnded: Bool { self == .completed || self == .failed || self == .canceled }
}

/// In which notation the behaviour of an instance is written.
public enum Notation: String, Sendable, Codable, CaseIterable {
    case code, saga, entity, model
}

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
    /// Whether it reacts to what arrives, keeps it, or has ended.
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

/// 128 bits from which an instance derives ids, idempotency keys and random numbers. They follow from its component,
/// process, key and the message that started it, so an instance that is started again from the same message derives
/// the same values.
public struct Seed: Sendable, Hashable, Codable {
    /// The upper 64 bits.
    public var high: UInt64
    /// The lower 64 bits.
    public var low: UInt64

    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// One entry of an instance's journal: what came in, and what the instance did in reaction.
public struct JournalRow: Sendable, Hashable {
    /// The id of the instance whose journal it is; with `seq` the row's identity.
    public var instance: InstanceID
    /// Rises by one with each entry of the instance, from 1.
    public var seq: Int64
    /// The kind of input, such as `start`, `message`, `activity`, `timer`.
    public var kind: String
    /// The rest of the entry as JSON.
    public var body: Data
    /// When the instance reacted.
    public var at: Timestamp

    public init(instance: InstanceID, seq: Int64, kind: String, body: Data, at: Timestamp) {
        (self.instance, self.seq, self.kind, self.body, self.at) = (instance, seq, kind, body, at)
    }
}

/// An instance waiting for a message type with a correlation key.
public struct WaitRow: Sendable, Hashable {
    /// The component of the waiting instance.
    public var component: String
    /// The message type that resumes the wait.
    public var type: MessageName
    /// The lowest schema version that resumes it; see ``SchemaVersion/accepts(_:)``.
    public var version: SchemaVersion
    /// The correlation key that the message must have.
    public var key: String
    /// The id of the waiting instance.
    public var instance: InstanceID
    /// The operation of the instance that waits.
    public var seq: Int64
    /// The process or saga of the waiting instance, so that correlation need not load it.
    public var process: String
    /// Only messages above this position resume the wait.
    public var after: Int64
    /// When the wait began.
    public var since: Timestamp

    public init(
        component: String, type: MessageName, version: SchemaVersion, key: String, instance: InstanceID, seq: Int64,
        process: String, after: Int64, since: Timestamp
    ) {
        (self.component, self.type, self.version) = (component, type, version)
        (self.key, self.instance) = (key, instance)
        (self.seq, self.process, self.after, self.since) = (seq, process, after, since)
    }
}

/// A durable wake-up. Its identity is (`due`, `instance`, `seq`).
public struct TimerRow: Sendable, Hashable {
    /// The instant to wake up at; never earlier.
    public var due: Timestamp
    /// The id of the instance to wake.
    public var instance: InstanceID
    /// The operation that the timer is for; for a saga, a stable hash of the purpose.
    public var seq: Int64
    /// The component of the instance, whose timers are read together.
    public var component: String
    /// What the timer is for: `sleep`, `timeout`, `reminder`, `deadline`.
    public var purpose: String

    public init(due: Timestamp, instance: InstanceID, seq: Int64, component: String, purpose: String) {
        (self.due, self.instance, self.seq, self.component, self.purpose) = (due, instance, seq, component, purpose)
    }
}

/// An activity that is scheduled and not completed. Its identity is (`instance`, `seq`).
public struct ActivityRow: Sendable, Hashable {
    /// The id of the instance that scheduled it.
    public var instance: InstanceID
    /// The operation of the instance that the activity is.
    public var seq: Int64
    /// The component of the instance, whose activities are read together.
    public var component: String
    /// What the process calls it; the same name for every run of the step.
    public var name: String
    /// The same for every attempt and for no other activity.
    public var idempotencyKey: String
    /// How many attempts have been made.
    public var attempt: Int
    /// When the next attempt is due; `nil` while an incident holds the activity.
    public var nextAt: Timestamp?
    /// When the process called it, before the first attempt.
    public var scheduledAt: Timestamp
    /// The text of the newest failed attempt; `nil` when none has failed.
    public var lastError: String?
    /// What was edited about the retry policy, as JSON (``RetryPolicy/Edit``); `nil` for the one in the code.
    public var policy: Data?
    /// The fencing token of the node that runs it.
    public var epoch: Int64
    /// When the first attempt failed; `nil` when none has failed, or none since an operator restarted the retry policy.
    public var failingSince: Timestamp?
    /// The open incident that reports it.
    public var incident: IncidentID?
    /// The outside system that it calls (``ActivityOptions/system``); empty for none. Activities towards a system that
    /// lets nobody in are not even read.
    public var system: String

    public init(
        instance: InstanceID, seq: Int64, component: String, name: String, idempotencyKey: String, attempt: Int = 0,
        nextAt: Timestamp?, scheduledAt: Timestamp, lastError: String? = nil, policy: Data? = nil, epoch: Int64 = 0,
        failingSince: Timestamp? = nil, incident: IncidentID? = nil, system: String = ""
    ) {
        (self.instance, self.seq, self.component, self.name) = (instance, seq, component, name)
        self.system = system
        (self.idempotencyKey, self.attempt, self.nextAt) = (idempotencyKey, attempt, nextAt)
        (self.scheduledAt, self.lastError, self.policy) = (scheduledAt, lastError, policy)
        (self.epoch, self.failingSince, self.incident) = (epoch, failingSince, incident)
    }
}

/// An input that an instance has not reacted to yet.
public struct MailboxRow: Sendable, Hashable {
    /// Unique in the store; an instance takes its inputs in this order.
    public var seq: Int64
    /// The id of the instance that the input is for.
    public var instance: InstanceID
    /// The component of the instance, whose mailboxes are read together.
    public var component: String
    /// The input as JSON; a message from the log is named by its position.
    public var input: Data
    /// The message in the log that the input refers to, which stays there as long as the row; `nil` for none.
    public var position: Int64?

    public init(seq: Int64, instance: InstanceID, component: String, input: Data, position: Int64? = nil) {
        (self.seq, self.instance, self.component, self.input) = (seq, instance, component, input)
        self.position = position
    }
}

/// Something that a person should know of: an activity, handler or instance that needs a person to go on, or one that
/// has been failing for long and is still being tried.
public struct IncidentRow: Sendable, Hashable {
    /// Unique in the store, 1 or more, never given twice.
    public var id: IncidentID
    /// The component whose work is parked, or has been failing for long.
    public var component: String
    /// What is parked or failing: `activity`, `handler`, `instance`, `message`.
    public var kind: String
    /// The instance, for kinds `activity` and `instance`.
    public var instance: InstanceID?
    /// The activity's operation, for kind `activity`.
    public var seq: Int64?
    /// The subscription and ordering key, for kind `handler`.
    public var subscription: String?
    /// The ordering key for kinds `handler` and `message`, else the key of the instance.
    public var key: String?
    /// The message in the log that is parked, or that caused the incident.
    public var position: Int64?
    /// A word for grouping, such as `retriesExhausted`, `journalMismatch`.
    public var cause: String
    /// The text of the error, for people.
    public var error: String
    /// When it was raised.
    public var at: Timestamp
    /// When an operator dealt with it; `nil` while it is open.
    public var resolvedAt: Timestamp?
    /// How it ended. `retried`, `edited`, `skipped`, `redirected`, `canceled` and `terminated`: by an operator.
    /// `recovered`: an attempt succeeded. `exhausted`: the process handled the end of the retries. `canceled` also: the
    /// process no longer needed the activity. `deadLettered`: no handler takes the message any more. `rebuilt`: the
    /// projection was rebuilt.
    public var resolution: String?
    /// When the first attempt failed; `nil` when nothing is retried.
    public var failingSince: Timestamp?
    /// When the runtime tries again by itself; `nil` when the incident needs a person.
    public var nextAttempt: Timestamp?

    public init(
        id: IncidentID, component: String, kind: String, instance: InstanceID? = nil, seq: Int64? = nil,
        subscription: String? = nil, key: String? = nil, position: Int64? = nil, cause: String, error: String,
        at: Timestamp, resolvedAt: Timestamp? = nil, resolution: String? = nil, failingSince: Timestamp? = nil,
        nextAttempt: Timestamp? = nil
    ) {
        (self.id, self.component, self.kind, self.instance, self.seq) = (id, component, kind, instance, seq)
        (self.subscription, self.key, self.position) = (subscription, key, position)
        (self.cause, self.error, self.at) = (cause, error, at)
        (self.resolvedAt, self.resolution) = (resolvedAt, resolution)
        (self.failingSince, self.nextAttempt) = (failingSince, nextAttempt)
    }
}

/// A message that a subscription has parked with its key: the failed one, or one behind it. Dead letters lie here too.
public struct ParkedRow: Sendable, Hashable {
    /// Why the message is parked.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Its handler failed; it is tried again at `nextAt`.
        case retrying
        /// An earlier message of its key is parked.
        case behind
        /// Its retries have ended; an incident is open.
        case incident
        /// An operator decided to go on without it.
        case skipped
        /// It cannot be read, or nobody takes it; no message waits behind it.
        case deadLetter
    }

    /// The subscription that parked it; no other one waits for it.
    public var subscription: String
    /// The ordering key, which is the subject of the message.
    public var key: String
    /// The place of the message in the log; with subscription and key the row's identity.
    public var position: Int64
    /// Why the message is parked, and so what makes it go on.
    public var state: State
    /// How many attempts have failed; 0 for a message that has not been tried.
    public var attempts: Int
    /// When the message is due. The lowest message of a key has a time unless it is an incident, so that the key is
    /// found by it; one behind another has none.
    public var nextAt: Timestamp?
    /// The text of the last error, or why nobody takes the message; `nil` for one that has only waited.
    public var error: String?
    /// The payload that replaces the one in the log, where an operator edited it.
    public var payload: Data?
    /// What of the subscription the message is still meant for, as `process:role`; empty for all of it. The others have
    /// had the message.
    public var concerns: [String]
    /// When the message was parked.
    public var at: Timestamp
    /// When the first attempt failed; `nil` for a message that has only waited, or that has not failed since an
    /// operator restarted the retry policy.
    public var failingSince: Timestamp?
    /// The open incident that reports it.
    public var incident: IncidentID?

    public init(
        subscription: String, key: String, position: Int64, state: State, attempts: Int = 0, nextAt: Timestamp? = nil,
        error: String? = nil, payload: Data? = nil, concerns: [String] = [], at: Timestamp,
        failingSince: Timestamp? = nil, incident: IncidentID? = nil
    ) {
        (self.subscription, self.key, self.position) = (subscription, key, position)
        (self.state, self.attempts, self.nextAt) = (state, attempts, nextAt)
        (self.error, self.payload, self.concerns, self.at) = (error, payload, concerns, at)
        (self.failingSince, self.incident) = (failingSince, incident)
    }
}

/// A message buffered for an instance that may come to wait for it.
public struct BufferedRow: Sendable, Hashable {
    /// The component that has buffered it. Identity: all but `expires`, in the order given here.
    public var component: String
    /// The process whose instances may come to wait for it.
    public var process: String
    /// The message type, to find it by.
    public var type: MessageName
    /// The correlation key, to find it by.
    public var key: String
    /// The place of the message in the log, which holds its payload.
    public var position: Int64
    /// From this instant on it is no longer delivered.
    public var expires: Timestamp

    public init(
        component: String, process: String, type: MessageName, key: String, position: Int64, expires: Timestamp
    ) {
        (self.component, self.process, self.type) = (component, process, type)
        (self.key, self.position, self.expires) = (key, position, expires)
    }
}

/// A version of a process that has been deployed to the store.
public struct DefinitionRow: Sendable, Hashable {
    /// The component that deployed it.
    public var component: String
    /// The name; with component and version the row's identity.
    public var process: String
    /// 1 or more; the highest is the one that new instances take.
    public var version: Int
    /// In which notation it is written.
    public var notation: Notation
    /// When it was first deployed.
    public var at: Timestamp

    public init(component: String, process: String, version: Int, notation: Notation, at: Timestamp) {
        (self.component, self.process, self.version) = (component, process, version)
        (self.notation, self.at) = (notation, at)
    }
}
