import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// One entry of a journal: the input, and what the instance did in reaction, in order.
///
/// One reaction is one entry is one row, so that a step costs one journal row. Written as JSON:
///
/// ```json
/// {"op":3,"id":"…","name":"card.charged","version":"1.0.0","payload":"{…}",
///  "ops":[{"k":"send","s":4,"n":"payment.cover"}]}
/// ```
package struct JournalEntry: Sendable, Hashable {
    /// Something that the instance did.
    package struct Operation: Sendable, Hashable {
        /// `activity`, `send`, `ask`, `publish`, `wait`, `sleep`, `within` (a deadline over several steps), `cancel`,
        /// `upgrade` (a change of the code), or `undo`: what a compensation would do about a step.
        package var kind: String
        /// The operation's number in its instance.
        package var seq: Int64
        /// The activity or message name; for a wait the types, joined by `|`.
        package var name: String
        /// For `undo`, the command as it would be sent, as JSON; `nil` where an activity undoes the step.
        package var command: String?

        /// The operation in words.
        package var text: String { "\(kind) \(name)\(command.map { " \($0)" } ?? "") (#\(seq))" }
    }

    /// What came in: `start`, `message`, `activity`, `timer`, `cancel`, `events`; or a note, see ``isNote``.
    package var kind: String
    /// The entry's number in its instance, 1 or more; 0 until it is stored.
    package var seq: Int64 = 0
    /// When the instance reacted; every replay sees this time.
    package var at: Timestamp = .epoch
    /// The operation that the input is for.
    package var op: Int64?
    /// The message that came in; `nil` for other inputs.
    package var messageID: MessageID?
    /// Dotted, `component.name`; `nil` where no message came in.
    package var messageName: String?
    /// The schema version of the message, such as `1.2.3`; `nil` where no message came in.
    package var messageVersion: String?
    /// The payload of the message, the result of the activity, or the business error, as text.
    package var payload: String?
    /// The code of a business error, the purpose of a timer, or what a note is about.
    package var detail: String?
    /// The last error of an exhausted activity, or the reason of a cancellation.
    package var error: String?
    /// How many attempts an exhausted activity had, or which one failed; `nil` for other entries.
    package var attempts: Int?
    /// What the instance did.
    package var operations: [Operation] = []
    /// The events of an entity: name, version and payload each.
    package var events: [RecordedEvent] = []

    /// With the start of a restarted process: what undoes the steps that were completed before.
    var undo: [UndoCommand] = []

    /// An event in an entity's journal.
    package struct RecordedEvent: Sendable, Hashable {
        /// Dotted, `component.name`.
        package var name: String
        /// The schema version in which the payload is written, such as `1.2.3`.
        package var version: String
        /// The encoded event, as text.
        package var payload: String
    }

    init(kind: String) { self.kind = kind }

    /// Whether the entry only tells what happened to the instance: `attempt` (one that failed), `parked`, `suspended`,
    /// `resumed`, `retried`, `edited`, `terminate`. A replay passes it by.
    package var isNote: Bool { Self.notes.contains(kind) }

    private static let notes: Set<String> = [
        "attempt", "parked", "suspended", "resumed", "retried", "edited", "terminate",
    ]
}
