import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What resumes an operation of a process.
enum Resumption: Sendable {
    case message(arm: Int, Delivered)
    case activity(ActivityOutcome)
    case elapsed
    /// The code that had a deadline has ended.
    case ended
}

/// What an operation waits for.
struct AwaitedType {
    var name: MessageName
    var version: SchemaVersion
    var key: String

    init(_ type: any Message.Type, for key: String) {
        (name, version, self.key) = (type.name, type.version, key)
    }

    init(name: MessageName, version: SchemaVersion, key: String) {
        (self.name, self.version, self.key) = (name, version, key)
    }
}

/// An operation that a process is suspended in.
struct PendingOperation {
    var seq: Int64
    var name: String
    var continuation: UnsafeContinuation<Resumption, any Error>?
    var waits: [WaitRow] = []
    var timers: [TimerRow] = []
    var activity: ActivityCode?
    /// How often to remind while waiting, until when, and how.
    var reminder: Reminder?
    /// Whether it is the deadline of a part of the code, in which something else has to be waited for.
    var isDeadline = false
    var canceled = false

    /// Which of its waits a message is for.
    func arm(of delivered: Delivered) -> Int? {
        waits.firstIndex { $0.admits(delivered) }
    }

    struct Reminder {
        var times: ReminderTimes
        var remind: () -> Void
        var until: Timestamp?
    }
}

/// The operations of one running process, in order, with their effects and outcomes.
///
/// Confined to the thread that drains the executor; everything that reaches it from elsewhere is turned away by
/// ``enter()``.
final class FlowState {
    enum Mode {
        case live
        /// Feeding what is recorded; effects are left out, operations are compared.
        case replaying(recorded: [JournalEntry.Operation])
        /// Evicted: nothing may be done any more, and every call that could wait throws.
        case retired(calls: Int)
    }

    /// How many calls of evicted code throw before the next one never returns. Code that unwinds needs fewer; a loop
    /// that swallows every error has to be stopped.
    static let callsOnTheWayOut = 100

    let executor: DrainExecutor
    let setting: MachineSetting
    let row: InstanceRow
    /// The lowest versions that correlations of the process declare.
    let since: [MessageName: SchemaVersion]
    var mode = Mode.live
    var turn = Turn(now: .epoch, position: 0)
    var causationID: MessageID?
    var lastSeq: Int64 = 0
    var pending: [Int64: PendingOperation] = [:]
    var issued: [JournalEntry.Operation] = []
    var effects: [Effect] = []
    var draws: UInt64 = 0
    /// How many activities of each name the code has begun.
    private var activities: [String: UInt64] = [:]
    private var ids: DerivedIDs
    /// What undoes each completed step, in the order of completion.
    var undo: [Undoing] = []
    var isCompensating = false
    /// The operations that are being canceled together; `nil` at other times.
    private var canceling: [Int64]?
    /// Why the code cannot go on, found by a call that cannot throw.
    var fault: String?
    var outcome: Reaction.Outcome?

    init(row: InstanceRow, setting: MachineSetting, since: [MessageName: SchemaVersion]) {
        (self.row, self.setting, self.since) = (row, setting, since)
        ids = DerivedIDs(row.seed.digest("message"), chain: row.correlationID)
        let (id, escaped) = (row.id, setting.escaped)
        executor = DrainExecutor { escaped(id) }
    }

    var isRetired: Bool {
        if case .retired = mode { true } else { false }
    }

    var isReplaying: Bool {
        if case .replaying = mode { true } else { false }
    }

    /// Whether this call runs on the process's own executor. A call from elsewhere is reported as an escape.
    func isOnExecutor() -> Bool {
        if executor.isDrainingHere { return true }
        executor.reportEscape()
        return false
    }

    /// Whether a call may go on: it runs on the process's own executor, and the instance is in memory.
    func enter() -> Bool { isOnExecutor() && !isRetired }

    /// Lets a call that could wait go on, or turns it away.
    ///
    /// A call from another executor never returns, because its code would run beside the process. A call of evicted
    /// code throws, so that the code unwinds; after ``callsOnTheWayOut`` of them it never returns.
    ///
    /// - Throws: ``RetiredError``.
    func enterOrLeave() async throws {
        if isOnExecutor() {
            guard case .retired(let calls) = mode else { return }
            mode = .retired(calls: calls + 1)
            if calls < Self.callsOnTheWayOut { throw RetiredError() }
        }
        setting.counters.abandonedTasks.increment()
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }

    /// Whether no operation is pending, so the code is suspended in something that the runtime does not know.
    var hasEscaped: Bool { pending.values.allSatisfy(\.isDeadline) }

    /// Numbers an operation and writes it down.
    func issue(_ kind: String, _ name: String) -> Int64 {
        lastSeq += 1
        issued.append(JournalEntry.Operation(kind: kind, seq: lastSeq, name: name))
        return lastSeq
    }

    func emit(_ effect: Effect) {
        if case .live = mode { effects.append(effect) }
    }

    /// The idempotency key of the next activity with a name. It follows from the instance's seed, the name, and how
    /// many activities with the name there were before. So branches with different names keep their keys when repeated
    /// work resumes them in another order.
    func idempotencyKey(for activity: String) -> String {
        let count = activities[activity, default: 0]
        activities[activity] = count + 1
        var digest = row.seed.digest("activity")
        digest.add(activity)
        digest.add(count)
        let (high, low) = digest.value
        return UUIDText.string(high, low)
    }

    func draw() -> (UInt64, UInt64) {
        draws += 1
        var digest = row.seed.digest("draw")
        digest.add(draws)
        return digest.value
    }

    /// Sends or publishes.
    ///
    /// - Returns: the id of the message, the same in every replay.
    @discardableResult
    func send(_ message: some Message, kind: String, recipient: String?) -> MessageID {
        let type = type(of: message)
        return send(type.kind, type.name, message.subject, as: kind, recipient: recipient) {
            try setting.factory.draft(of: message)
        }
    }

    /// Sends a command that undoes a step.
    func send(_ undoing: UndoCommand) -> MessageID {
        let name = MessageName(trusted: undoing.name)
        let owner = setting.catalogue.owner(of: name)
        return send(.command, name, undoing.subject, as: "send", recipient: owner) { try undoing.draft() }
    }

    private func send(
        _ kind: MessageKind, _ name: MessageName, _ subject: String?, as operation: String, recipient: String?,
        _ draft: () throws -> MessageDraft
    ) -> MessageID {
        _ = issue(operation, name.rawValue)
        let derived = ids.next(name, subject)
        guard case .live = mode else { return derived.id }
        do {
            let draft = try draft()
            try setting.catalogue.checkSending(kind, name, draft.version, by: setting.component)
            var origin = MessageOrigin(component: setting.component)
            (origin.causationID, origin.correlationID) = (causationID, row.correlationID)
            (origin.user, origin.subject) = (row.user, row.key)
            origin.trace = row.traceContext
            let outgoing = setting.factory.make(
                draft, from: origin, id: derived.id, time: turn.now, randomness: derived.randomness,
                recipient: recipient)
            effects.append(.append(outgoing))
        } catch {
            note(fault: "\(error)")
        }
        return derived.id
    }

    /// Notes a command that a compensation is to send.
    func note(undo command: some Command, until undone: any Event.Type, for key: String?) {
        _ = issue("undo", type(of: command).name.rawValue)
        do {
            let undoing = try UndoCommand(command, until: undone, for: key, setting.factory)
            undo.append(.command(undoing))
            issued[issued.count - 1].command = String(decoding: try JSONEncoder.sorted.encode(undoing), as: UTF8.self)
        } catch {
            note(fault: "\(error)")
        }
    }

    /// Registers an operation; its continuation follows.
    func begin(_ operation: PendingOperation) {
        for wait in operation.waits { emit(.write(.putWait(wait))) }
        for timer in operation.timers { emit(.write(.putTimer(timer))) }
        pending[operation.seq] = operation
    }

    /// Takes over when what the code waits for ends: as it was stored, whatever durations the code names now.
    ///
    /// - Returns: what the code waits for, where that is not what is stored.
    func adopt(_ open: OpenRows) -> (recorded: String, attempted: String)? {
        struct Awaited: Hashable {
            var seq: Int64
            var type: MessageName
            var key: StoredKey
            var text: String { "wait \(type) for '\(key.text)' (#\(seq))" }
        }
        func texts(_ waits: Set<Awaited>) -> String {
            waits.isEmpty ? "nothing" : waits.map(\.text).sorted().joined(separator: ", ")
        }
        let stored = Set(open.waits.map { Awaited(seq: $0.seq, type: $0.type, key: StoredKey($0.key)) })
        let attempted = Set(
            pending.values.flatMap(\.waits).map { Awaited(seq: $0.seq, type: $0.type, key: StoredKey($0.key)) })
        guard stored == attempted else {
            return (texts(stored.subtracting(attempted)), texts(attempted.subtracting(stored)))
        }
        let timers = Dictionary(grouping: open.timers, by: \.seq)
        for seq in pending.keys { pending[seq]?.timers = timers[seq] ?? [] }
        return nil
    }

    /// Begins to wait for one of several messages.
    ///
    /// - Returns: the number of the operation.
    func beginWait(
        for awaited: [AwaitedType], until end: Timestamp?, reminding reminder: PendingOperation.Reminder? = nil
    ) -> Int64 {
        let name = awaited.map(\.name.rawValue).joined(separator: "|")
        let seq = issue("wait", name)
        var operation = PendingOperation(seq: seq, name: name, waits: awaited.map { wait(seq, for: $0) })
        if let end { operation.timers.append(timer(seq, due: end, purpose: "timeout")) }
        if var reminder, let due = reminder.times.first, end.map({ due < $0 }) ?? true {
            reminder.until = end
            operation.timers.append(timer(seq, due: due, purpose: "reminder"))
            operation.reminder = reminder
        }
        begin(operation)
        return seq
    }

    /// Suspends until the operation is resumed, canceled, or the process is taken out of memory.
    ///
    /// - Parameter isShielded: whether it goes on although the code is canceled.
    func suspend(_ seq: Int64, isShielded: Bool = false) async throws -> Resumption {
        guard !isShielded else {
            return try await withUnsafeThrowingContinuation { suspend($0, in: seq) }
        }
        // Proof for `unsafe`: the caller runs on the draining thread, and the closure with the continuation is called
        // there at once. Any thread may call `onCancel`; `cancel` touches nothing before it has turned others away.
        nonisolated(unsafe) let state = self
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                state.suspend(continuation, in: seq)
            }
        } onCancel: {
            state.cancel(seq)
        }
    }

    private func suspend(_ continuation: UnsafeContinuation<Resumption, any Error>, in seq: Int64) {
        guard pending[seq]?.canceled == false else {
            pending[seq] = nil
            return continuation.resume(throwing: CancellationError())
        }
        pending[seq]?.continuation = continuation
    }

    /// Waits for the deadline of a part of the code, or for the end of that part.
    ///
    /// - Returns: whether the deadline came first. One that is taken away, because the instance is canceled or evicted,
    ///   never comes.
    func isTimeUp(_ deadline: Int64) async -> Bool {
        guard case .elapsed? = try? await suspend(deadline, isShielded: true) else { return false }
        return true
    }

    /// A part of the code has ended, so its deadline no longer counts.
    func end(_ deadline: Int64) {
        guard enter() else { return }
        resume(deadline, .ended)
    }

    /// Notes why the code cannot go on, in a call that cannot throw. The first reason counts.
    func note(fault text: String) { fault = fault ?? text }

    /// Takes an operation out, with all that it has in the store.
    func close(_ seq: Int64) -> PendingOperation? {
        guard let operation = pending.removeValue(forKey: seq) else { return nil }
        withdraw(operation)
        return operation
    }

    private func withdraw(_ operation: PendingOperation) {
        for wait in operation.waits { emit(.write(.removeWait(wait))) }
        for timer in operation.timers { emit(.write(.removeTimer(timer))) }
        if operation.activity != nil { emit(.write(.removeActivity(instance: row.id, seq: operation.seq))) }
    }

    /// The code no longer wants the operation (a lost race, a scope left): that is part of the journal.
    private func cancel(_ seq: Int64) {
        guard isOnExecutor() else { return }
        guard canceling == nil else {
            canceling?.append(seq)
            return
        }
        guard var operation = pending[seq], !operation.canceled else { return }
        issued.append(JournalEntry.Operation(kind: "cancel", seq: seq, name: operation.name))
        withdraw(operation)
        if let continuation = operation.continuation {
            pending[seq] = nil
            continuation.resume(throwing: CancellationError())
        } else {
            operation.canceled = true
            (operation.waits, operation.timers, operation.activity) = ([], [], nil)
            pending[seq] = operation
        }
    }

    /// Cancels operations in the order in which they were begun, whatever the order in which Swift tells their tasks:
    /// that is not specified, and the journal has to be the same in every replay.
    func cancelInOrder(_ cancelTasks: () -> Void) {
        canceling = []
        cancelTasks()
        let operations = canceling ?? []
        canceling = nil
        for seq in operations.sorted() { cancel(seq) }
    }

    func resume(_ seq: Int64, _ resumption: Resumption) {
        close(seq)?.continuation?.resume(returning: resumption)
    }

    /// Throws an error at everything that the process waits for, in the order in which it was begun.
    func interrupt(_ error: any Error) {
        for seq in pending.keys.sorted() { close(seq)?.continuation?.resume(throwing: error) }
    }

    /// A reminder is due: calls the code, and sets the next one unless the wait ends first.
    func remind(_ seq: Int64, due: Timestamp) {
        guard var operation = pending[seq], let reminder = operation.reminder else { return }
        operation.timers.removeAll { $0.purpose == "reminder" }
        emit(.write(.removeTimer(timer(seq, due: due, purpose: "reminder"))))
        if let next = reminder.times.next(after: due, at: turn.now), reminder.until.map({ next < $0 }) ?? true {
            let timer = timer(seq, due: next, purpose: "reminder")
            operation.timers.append(timer)
            emit(.write(.putTimer(timer)))
        }
        pending[seq] = operation
        reminder.remind()
    }

    func timer(_ seq: Int64, due: Timestamp, purpose: String) -> TimerRow {
        TimerRow(due: due, instance: row.id, seq: seq, component: setting.component, purpose: purpose)
    }

    func wait(_ seq: Int64, for arm: AwaitedType) -> WaitRow {
        let version = since[arm.name].flatMap { $0.major == arm.version.major ? $0 : nil } ?? arm.version
        return WaitRow(
            component: setting.component, type: arm.name, version: version, key: arm.key, instance: row.id, seq: seq,
            process: row.process, after: turn.position, since: turn.now)
    }
}
