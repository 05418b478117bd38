import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The behaviour of one kind of instance, whatever its notation: "one kernel, many notations".
protocol MachineDefinition: Sendable {
    /// The process, saga or entity name, unique in its component.
    var process: String { get }
    var version: Int { get }
    var notation: Notation { get }
    /// The messages that concern instances, and how to find the instance.
    var triggers: [Trigger] { get }
    /// What is wrong with the definition, found at start-up.
    var problems: [String] { get }

    /// A machine for an instance, before its first input.
    func makeMachine(for row: InstanceRow, in setting: MachineSetting) -> any Machine
}

extension MachineDefinition {
    var consumes: [ConsumedType] {
        triggers.map { ConsumedType(name: $0.name, kind: $0.kind, since: $0.since, label: process) }
    }
}

/// How a message type concerns the instances of a definition.
struct Trigger: Sendable {
    enum Role: Sendable {
        /// Starts the instance with the key; does nothing where there is one.
        case start
        /// Is handled by the instance with the key, which is made where `creates` says so.
        case keyed(creates: Bool)
        /// Resumes the instances that wait for the key.
        case correlate(UnmatchedPolicy)
    }

    var name: MessageName
    var kind: MessageKind
    var since: SchemaVersion
    var role: Role
    /// Looks at the envelope before the payload is decoded; `false` passes the message by.
    var filter: (@Sendable (Envelope) -> Bool)?
    /// The instance's key, or the correlation key, of a message; `nil` passes the message by.
    var key: @Sendable (LogRecord, PayloadCoder) throws -> String?

    /// The name of the trigger in ``ParkedRow/concerns``: `process:role`.
    func concern(of definition: any MachineDefinition) -> String {
        switch role {
        case .start: "\(definition.process):start"
        case .keyed(let creates): "\(definition.process):\(creates ? "begin" : "react")"
        case .correlate: "\(definition.process):wait"
        }
    }
}

/// What machines get from the runtime besides their inputs.
struct MachineSetting: Sendable {
    var component: String
    var factory: MessageFactory
    var catalogue: Catalogue
    var counters: Counters
    /// Tells the kernel that code of an instance has left its executor.
    var escaped: @Sendable (_ instance: InstanceID) -> Void
}

/// One live instance: a state machine that is fed one input at a time and answers with effects as values.
///
/// A machine does no input or output, reads no clock and draws no randomness. Confined to the kernel's runner.
protocol Machine: AnyObject {
    /// Brings a fresh machine to the state in which the journal left it.
    ///
    /// - Parameters:
    ///   - open: the instance's waits, timers and activities in the store. They decide what it waits for, and until
    ///     when, whatever the code says now.
    ///   - watching: runs user code under the deadline of a reaction.
    /// - Throws: ``JournalMismatch`` where the code does something else than what is recorded.
    func restore(
        _ row: InstanceRow, journal: [JournalEntry], open: OpenRows, watching: (() throws -> Void) throws -> Void
    ) throws

    /// Reacts to one input and runs until it is blocked. After a reaction that `crashed` the machine is of no further
    /// use.
    func react(_ input: Input, turn: Turn) -> Reaction

    /// Whether the code would react to a cancellation now.
    var takesCancel: Bool { get }

    /// The code of an activity that is scheduled, or `nil` when it is not (any more).
    func activity(_ op: Int64) -> ActivityCode?

    /// Takes the machine out of memory; its code gets no further effects.
    func retire()
}

/// What an instance has in the store besides its journal.
struct OpenRows {
    var waits: Set<WaitRow> = []
    var timers: [TimerRow] = []
}

/// What a reaction depends on besides its input, handed in because a machine reads no clock and no randomness.
struct Turn: Sendable {
    var now: Timestamp
    /// The position of the message being delivered, or of the newest one routed.
    var position: Int64
}

/// The answer of a machine to an input, as values: the kernel stores it, and only then do its effects happen.
struct Reaction {
    enum Outcome {
        case running
        case completed(Data?)
        case failed(Data?)
        case canceled
        /// Begins afresh with a new start payload; the journal so far is dropped.
        case restarted(Restart)
        /// The code cannot go on: the reaction is void, and the instance is parked with its input.
        case crashed(cause: String, error: String)
    }

    var effects: [Effect] = []
    /// The journal entry for the reaction; `nil` where nothing is worth one.
    var entry: JournalEntry?
    /// The new state of a saga or snapshot of an entity, and the journal seq that it includes.
    var state: Data?
    var outcome: Outcome = .running
}

/// One consequence of a reaction.
enum Effect: Sendable {
    case append(Outgoing)
    case write(StoreWrite)
    /// A business attribute to find the instance by; `nil` removes it.
    case attribute(String, String?)
}

/// A message as it reaches an instance.
struct Delivered: Sendable {
    var position: Int64
    var envelope: Envelope
    var value: (any Message)?
    /// Whether the payload is not the one in the log.
    var isEdited = false
    /// The correlation key of the wait that it was routed to; `nil` when the message has one key only.
    var key: String?
    /// With the start message of a restart: what undoes the steps that were completed before.
    var undo: [UndoCommand] = []
}

/// Something that an instance reacts to.
enum Input: Sendable {
    case start(Delivered)
    /// A message for an operation that waits (`op`), or for the instance as a whole (`nil`).
    case message(op: Int64?, Delivered)
    case activity(op: Int64, ActivityOutcome)
    case timer(op: Int64, purpose: String, due: Timestamp)
    case cancel(reason: String)

    /// Whether this is the outcome of an operation that the instance began itself.
    var isOutcome: Bool {
        switch self {
        case .activity, .timer: true
        case .start, .message, .cancel: false
        }
    }
}

extension WaitRow {
    /// Whether the wait is for a message: the type matches, and the key too, if the message was routed by a key.
    func admits(_ delivered: Delivered) -> Bool {
        type == delivered.envelope.name && (delivered.key?.isSpelled(like: key) ?? true)
    }
}

/// How an activity ended.
enum ActivityOutcome: Sendable {
    /// The encoded result, and the value itself where it is still in memory.
    case success(Data, value: (any Sendable)?)
    /// A declared business error: its code and encoded value.
    case business(code: String, Data)
    /// The retries have ended, and the process models that.
    case exhausted(error: String, attempts: Int)
}

/// The code of a scheduled activity.
struct ActivityCode: Sendable {
    var name: String
    var options: ActivityOptions
    /// Runs one attempt.
    var run: @Sendable (ActivityContext) async throws -> ActivityOutcome
}

/// The code of an instance does something else on replay than its journal recorded.
struct JournalMismatch: Error, CustomStringConvertible {
    var entry: Int64
    var recorded: String
    var attempted: String

    var description: String {
        """
        the code no longer matches the journal at entry \(entry).
          recorded:  \(recorded)
          attempted: \(attempted)
        Deploy the code that matches, or give the changed code a new version; then retry the instance.
        """
    }
}
