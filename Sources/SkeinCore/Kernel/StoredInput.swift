import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// An input as it is stored in a mailbox. Of a message only its place in the log is stored.
struct StoredInput: Codable {
    var kind: String
    var op: Int64?
    var position: Int64?
    /// The start message of a restart, which is in no log: its payload, id, name and version.
    var start: Data?
    var startID: MessageID?
    var startName: MessageName?
    var startVersion: SchemaVersion?
    /// What undoes the steps that were completed before the restart.
    var undo: [UndoCommand]?
    /// The payload that an operator put in the place of the one in the log.
    var edited: Data?
    /// The correlation key of the wait that the message was routed to.
    var key: String?
    var result: Data?
    var code: String?
    var error: String?
    var attempts: Int?

    init(_ input: Input) {
        switch input {
        case .start(let delivered):
            (kind, position) = ("start", delivered.position)
            if delivered.isEdited { edited = delivered.envelope.payload.bytes }
            if delivered.position == 0 {
                start = delivered.envelope.payload.bytes
                (startID, startName) = (delivered.envelope.id, delivered.envelope.name)
                startVersion = delivered.envelope.version
                undo = delivered.undo.isEmpty ? nil : delivered.undo
            }
        case .message(let op, let delivered):
            (kind, self.op, position, key) = ("message", op, delivered.position, delivered.key)
            if delivered.isEdited { edited = delivered.envelope.payload.bytes }
        case .activity(let op, .success(let data, _)):
            (kind, self.op, result) = ("activity", op, data)
        case .activity(let op, .business(let code, let data)):
            (kind, self.op, self.code, result) = ("activity", op, code, data)
        case .activity(let op, .exhausted(let error, let attempts)):
            (kind, self.op, self.error, self.attempts) = ("activity", op, error, attempts)
        case .timer(let op, let purpose, let due):
            (kind, self.op, code, position) = ("timer", op, purpose, due.microseconds)
        case .cancel(let reason):
            (kind, error) = ("cancel", reason)
        }
    }

    /// Whether this is the outcome of an operation of the instance.
    var isOutcome: Bool { kind == "activity" || kind == "timer" }

    /// The row for a mailbox.
    func row(seq: Int64, instance: InstanceID, component: String) throws -> MailboxRow {
        let isMessage = kind == "message" || kind == "start" && start == nil
        return MailboxRow(
            seq: seq, instance: instance, component: component, input: try JSONEncoder.sorted.encode(self),
            position: isMessage ? position : nil)
    }

    /// The input again; messages are looked up in the log.
    func input(from reader: any StoreReader) throws -> Input {
        switch (kind, op) {
        case ("start", _) where start != nil:
            return .start(restart())
        case ("start", _), ("message", _):
            guard let position, var record = try reader.record(at: position) else {
                throw StoreError(.corrupt, "a mailbox refers to message \(position ?? 0), which is not in the log")
            }
            if let edited { record.envelope.payload.bytes = edited }
            let delivered = Delivered(
                position: position, envelope: record.envelope, value: nil, isEdited: edited != nil, key: key)
            return kind == "start" ? .start(delivered) : .message(op: op, delivered)
        case ("activity", let op?):
            if let error { return .activity(op: op, .exhausted(error: error, attempts: attempts ?? 0)) }
            if let code { return .activity(op: op, .business(code: code, result ?? Data())) }
            return .activity(op: op, .success(result ?? Data(), value: nil))
        case ("timer", let op?):
            return .timer(op: op, purpose: code ?? "", due: Timestamp(microseconds: position ?? 0))
        case ("cancel", _):
            return .cancel(reason: error ?? "")
        default:
            throw StoreError(.corrupt, "a mailbox holds an input of the unknown kind '\(kind)'")
        }
    }

    /// The start message of a restart. Its envelope has only what is stored, because nothing reads the rest.
    private func restart() -> Delivered {
        let id = startID ?? MessageID("")
        let metadata = Envelope.Metadata(
            id: id, kind: .event, name: startName ?? MessageName(trusted: ""),
            version: startVersion ?? SchemaVersion(1, 0, 0), source: "", subject: "")
        let envelope = Envelope(
            time: .epoch, metadata: metadata, context: .init(correlationID: id),
            payload: Payload(bytes: start ?? Data()))
        return Delivered(position: 0, envelope: envelope, undo: undo ?? [])
    }
}
