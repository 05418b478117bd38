package import SkeinStorage
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
    package struct Operation: Sendable, Hashable, Codable {
        /// `activity`, `send`, `ask`, `publish`, `wait`, `sleep`, `within` (a deadline over several steps), `cancel`,
        /// `upgrade` (a change of the code), or `undo`: what a compensation would do about a step.
        package var kind: String
        /// The operation's number in its instance.
        package var seq: Int64
        /// The activity or message name; for a wait the types, joined by `|`.
        package var name: String
        /// For `undo`, the command as it would be sent, as JSON; `nil` where an activity undoes the step.
        package var command: String?

        enum CodingKeys: String, CodingKey {
            case kind = "k"
            case seq = "s"
            case name = "n"
            case command = "c"
        }

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
    package struct RecordedEvent: Sendable, Hashable, Codable {
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

extension JournalEntry {
    /// Reads a journal row.
    ///
    /// - Throws: ``StoreError`` with code `corrupt`, naming the instance and entry.
    package init(_ row: JournalRow) throws {
        do {
            self = try JSONDecoder().decode(Body.self, from: row.body).entry(kind: row.kind)
        } catch {
            throw StoreError(
                .corrupt, "entry \(row.seq) of the journal of instance \(row.instance) cannot be read", cause: error)
        }
        (seq, at) = (row.seq, row.at)
    }

    private struct Body: Decodable {
        var op: Int64?
        var id: String?
        var name: String?
        var version: String?
        var payload: String?
        var detail: String?
        var error: String?
        var attempts: Int?
        var ops: [Operation]?
        var events: [RecordedEvent]?
        var undo: String?

        func entry(kind: String) throws -> JournalEntry {
            var entry = JournalEntry(kind: kind)
            (entry.op, entry.messageID, entry.messageName) = (op, id.map { MessageID($0) }, name)
            (entry.messageVersion, entry.payload, entry.detail) = (version, payload, detail)
            (entry.error, entry.attempts) = (error, attempts)
            (entry.operations, entry.events) = (ops ?? [], events ?? [])
            if let undo { entry.undo = try JSONDecoder().decode([UndoCommand].self, from: Data(undo.utf8)) }
            return entry
        }
    }

    /// The body as it is stored. Written by hand because it is written at every step.
    var body: Data {
        var json = JSONWriter()
        json.open("{")
        json.member("op", op)
        json.member("id", messageID?.rawValue)
        json.member("name", messageName)
        json.member("version", messageVersion)
        json.member("payload", payload)
        json.member("detail", detail)
        json.member("error", error)
        json.member("attempts", attempts.map(Int64.init))
        if !operations.isEmpty {
            json.array("ops", operations) { json, operation in
                json.member("k", operation.kind)
                json.member("s", operation.seq)
                json.member("n", operation.name)
                json.member("c", operation.command)
            }
        }
        if !events.isEmpty {
            json.array("events", events) { json, event in
                json.member("name", event.name)
                json.member("version", event.version)
                json.member("payload", event.payload)
            }
        }
        if !undo.isEmpty, let text = try? JSONEncoder.sorted.encode(undo) {
            json.member("undo", String(decoding: text, as: UTF8.self))
        }
        json.close("}")
        return Data(json.bytes)
    }
}
