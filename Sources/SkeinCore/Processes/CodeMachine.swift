import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A process written as code, as a state machine: feeds one input, drains the executor, and reads off what the code
/// did.
final class CodeMachine: Machine {
    typealias Body = @Sendable (Delivered, Flow) async throws -> Data?

    private let state: FlowState
    private let body: Body
    private var task: Task<Void, Never>?

    init(
        row: InstanceRow, setting: MachineSetting, since: [MessageName: SchemaVersion] = [:], body: @escaping Body
    ) {
        state = FlowState(row: row, setting: setting, since: since)
        self.body = body
    }

    func restore(
        _ row: InstanceRow, journal: [JournalEntry], open: OpenRows, watching: (() throws -> Void) throws -> Void
    ) throws {
        for entry in journal {
            state.mode = .replaying(recorded: entry.operations)
            state.turn.now = entry.at
            let input = try input(of: entry)
            try watching { feed(input) }
            if state.issued != entry.operations {
                throw JournalMismatch(
                    entry: entry.seq, recorded: Self.text(entry.operations), attempted: Self.text(state.issued))
            }
            state.issued.removeAll(keepingCapacity: true)
        }
        state.mode = .live
        if let difference = state.adopt(open) {
            throw JournalMismatch(
                entry: journal.last?.seq ?? 0, recorded: difference.recorded, attempted: difference.attempted)
        }
    }

    var takesCancel: Bool { isExpected(.cancel(reason: "")) || state.lastSeq == 0 && state.outcome == nil }

    func react(_ input: Input, turn: Turn) -> Reaction {
        state.turn = turn
        state.effects.removeAll()
        state.issued.removeAll(keepingCapacity: true)
        if case .cancel = input, state.lastSeq == 0, state.outcome == nil {
            // It has not begun, so there is nothing to undo.
            return Reaction(entry: entry(for: input), outcome: .canceled)
        }
        guard isExpected(input) else { return Reaction() }
        var entry = entry(for: input)
        feed(input)
        var reaction = Reaction(effects: state.effects)
        if let fault = state.fault {
            reaction.outcome = .crashed(cause: "fault", error: fault)
        } else if let outcome = state.outcome {
            reaction.outcome = outcome
        } else if state.hasEscaped {
            reaction.outcome = .crashed(
                cause: "escaped",
                error:
                    "process '\(state.row.process)' waits for something outside its flow (Task.sleep, Task {}, another "
                    + "actor's or executor's work); use the Flow for everything that takes time")
        }
        entry.operations = state.issued
        reaction.entry = entry
        return reaction
    }

    func activity(_ op: Int64) -> ActivityCode? { state.pending[op]?.activity }

    /// Makes the code unwind without acting: everything it waits for throws, and so does every later call, whatever it
    /// catches. Its task is also canceled, for loops that check for that.
    func retire() {
        state.mode = .retired(calls: 0)
        state.executor.close()
        PromptReturn.suspended {
            state.executor.drain {
                let pending = state.pending.values.sorted { $0.seq < $1.seq }
                state.pending.removeAll()
                for operation in pending { operation.continuation?.resume(throwing: RetiredError()) }
                task?.cancel()
            }
        }
    }

    /// An input for an operation that has ended meanwhile is no input.
    private func isExpected(_ input: Input) -> Bool {
        switch input {
        case .start: state.lastSeq == 0 && state.pending.isEmpty
        case .message(let op, let delivered): op.flatMap { state.pending[$0]?.arm(of: delivered) } != nil
        case .activity(let op, _): state.pending[op]?.activity != nil
        case .timer(let op, let purpose, let due):
            state.pending[op]?.timers.contains { $0.purpose == purpose && $0.due == due } ?? false
        case .cancel: state.outcome == nil && !state.isCompensating
        }
    }

    private func feed(_ input: Input) {
        state.executor.drain {
            switch input {
            case .start(let delivered):
                state.causationID = delivered.envelope.id
                state.undo = delivered.undo.map { .command($0) }
                start(delivered)
            case .message(let op, let delivered):
                state.causationID = delivered.envelope.id
                guard let op, let arm = state.pending[op]?.arm(of: delivered) else { return }
                state.resume(op, .message(arm: arm, delivered))
            case .activity(let op, let outcome):
                state.resume(op, .activity(outcome))
            case .timer(let op, "reminder", let due):
                state.remind(op, due: due)
            case .timer(let op, _, _):
                state.resume(op, .elapsed)
            case .cancel(let reason):
                state.interrupt(ProcessCanceled(reason: reason))
            }
        }
    }

    private func start(_ delivered: Delivered) {
        // Proof for `unsafe`: the task runs on the instance's own executor, that is, on the thread that drains it.
        nonisolated(unsafe) let state = state
        let body = body
        let flow = Flow(state)
        task = Task(executorPreference: state.executor) {
            let outcome = await Self.run(body, delivered, flow)
            if state.isRetired { return }
            state.outcome = outcome
        }
    }

    private static func run(_ body: Body, _ delivered: Delivered, _ flow: Flow) async -> Reaction.Outcome {
        do {
            do {
                return .completed(try await body(delivered, flow))
            } catch let error as any BusinessError {
                try await flow.compensate()
                if error is ProcessCanceled { return .canceled }
                return .failed(ProcessFailure.result(error, flow.state.setting.factory))
            }
        } catch let restart as RestartSignal {
            return .restarted(restart.restart)
        } catch {
            return .crashed(cause: "\(type(of: error))", error: "the process threw: \(error)")
        }
    }

    private func entry(for input: Input) -> JournalEntry {
        switch input {
        case .start(let delivered):
            return Self.entry("start", delivered)
        case .message(let op, let delivered):
            var entry = Self.entry("message", delivered)
            entry.op = op
            let arms = op.flatMap { state.pending[$0] }?.waits.filter { $0.type == delivered.envelope.name }
            if (arms?.count ?? 0) > 1 { entry.detail = delivered.key }
            return entry
        case .activity(let op, let outcome):
            var entry = JournalEntry(kind: "activity")
            entry.op = op
            switch outcome {
            case .success(let data, _):
                entry.payload = String(decoding: data, as: UTF8.self)
            case .business(let code, let data):
                (entry.detail, entry.payload) = (code, String(decoding: data, as: UTF8.self))
            case .exhausted(let error, let attempts):
                (entry.error, entry.attempts) = (error, attempts)
            }
            return entry
        case .timer(let op, let purpose, let due):
            var entry = JournalEntry(kind: "timer")
            (entry.op, entry.detail, entry.payload) = (op, purpose, String(due.microseconds))
            return entry
        case .cancel(let reason):
            var entry = JournalEntry(kind: "cancel")
            entry.error = reason
            return entry
        }
    }

    private static func entry(_ kind: String, _ delivered: Delivered) -> JournalEntry {
        var entry = JournalEntry(kind: kind)
        entry.messageID = delivered.envelope.id
        entry.messageName = delivered.envelope.name.rawValue
        entry.messageVersion = delivered.envelope.version.description
        entry.payload = String(decoding: delivered.envelope.payload.bytes, as: UTF8.self)
        entry.undo = delivered.undo
        return entry
    }

    private func input(of entry: JournalEntry) throws -> Input {
        let payload = Data((entry.payload ?? "").utf8)
        switch (entry.kind, entry.op) {
        case ("start", _):
            return .start(try delivered(entry, payload))
        case ("message", let op?):
            return .message(op: op, try delivered(entry, payload))
        case ("activity", let op?):
            if let error = entry.error {
                return .activity(op: op, .exhausted(error: error, attempts: entry.attempts ?? 0))
            }
            if let code = entry.detail { return .activity(op: op, .business(code: code, payload)) }
            return .activity(op: op, .success(payload, value: nil))
        case ("timer", let op?):
            let due = Timestamp(microseconds: Int64(entry.payload ?? "") ?? 0)
            return .timer(op: op, purpose: entry.detail ?? "", due: due)
        case ("cancel", _):
            return .cancel(reason: entry.error ?? "")
        default:
            throw StoreError(
                .corrupt,
                "entry \(entry.seq) of the journal of instance \(state.row.id) has the unknown kind '\(entry.kind)'")
        }
    }

    private func delivered(_ entry: JournalEntry, _ payload: Data) throws -> Delivered {
        let id = entry.messageID ?? MessageID("")
        let metadata = Envelope.Metadata(
            id: id, kind: .event, name: MessageName(trusted: entry.messageName ?? ""),
            version: try SchemaVersion(validating: entry.messageVersion ?? "1.0.0"), source: "", subject: "")
        return Delivered(
            position: 0,
            envelope: Envelope(
                time: entry.at, metadata: metadata, context: Envelope.Context(correlationID: id),
                payload: Payload(bytes: payload)),
            key: entry.detail, undo: entry.undo)
    }

    private static func text(_ operations: [JournalEntry.Operation]) -> String {
        operations.isEmpty ? "nothing" : operations.map(\.text).joined(separator: ", ")
    }
}

/// The instance was evicted; see ``CodeMachine/retire()``.
struct RetiredError: Error {}

/// The process begins afresh; see ``Flow/restart(with:)``.
struct RestartSignal: Error {
    var restart: Restart
}
