import SkeinStorage

struct SagaDefinition<State: Saga>: MachineDefinition {
    let behavior = State.behavior

    var process: String { State.name }
    var version: Int { State.version }
    var notation: Notation { .saga }

    var triggers: [Trigger] {
        behavior.handlers.map { handler in
            Trigger(
                name: handler.name, kind: handler.kind, since: handler.since, role: .keyed(creates: handler.begins),
                filter: handler.filter, key: { try handler.key($0, $1) })
        }
    }

    var problems: [String] {
        var problems: [String] = []
        if let problem = MessageName.problem(inSegment: process) {
            problems.append("the saga name '\(process)' is wrong: \(problem)")
        }
        if !behavior.handlers.contains(where: \.begins) { problems.append("nothing begins the saga; add a Begin(…)") }
        return problems
    }

    func makeMachine(for row: InstanceRow, in setting: MachineSetting) -> any Machine {
        SagaMachine<State>(row: row, setting: setting, behavior: behavior)
    }
}

/// A saga as a state machine.
final class SagaMachine<State: Saga>: Machine {
    /// What is stored: the state of the user with the saga's own bookkeeping.
    private struct Stored: Codable {
        var state: State?
        var wakes: [String: Timestamp] = [:]
        var sent: UInt64 = 0
        /// How often the saga has been woken for each purpose.
        var woken: [String: UInt64]?
    }

    private let row: InstanceRow
    private let setting: MachineSetting
    private let behavior: SagaBehavior<State>
    private var stored = Stored()

    var takesCancel: Bool { true }

    init(row: InstanceRow, setting: MachineSetting, behavior: SagaBehavior<State>) {
        (self.row, self.setting, self.behavior) = (row, setting, behavior)
    }

    func restore(
        _ row: InstanceRow, journal: [JournalEntry], open: OpenRows, watching: (() throws -> Void) throws -> Void
    ) throws {
        guard let state = row.state else { return }
        try watching { stored = try setting.factory.coder.decode(Stored.self, from: state) }
    }

    func react(_ input: Input, turn: Turn) -> Reaction {
        do {
            switch input {
            case .start(let delivered), .message(_, let delivered):
                return try handle(delivered, turn)
            case .timer(_, let purpose, let due):
                return try wake(purpose, due, turn)
            case .cancel(let reason):
                var entry = JournalEntry(kind: "cancel")
                entry.error = reason
                let effects = stored.wakes.map { Effect.write(.removeTimer(timer($0.key, $0.value))) }
                return Reaction(effects: effects, entry: entry, outcome: .canceled)
            case .activity:
                return Reaction()
            }
        } catch {
            return Reaction(outcome: .crashed(cause: "\(type(of: error))", error: "\(error)"))
        }
    }

    func activity(_ op: Int64) -> ActivityCode? { nil }

    func retire() {}

    private func handle(_ delivered: Delivered, _ turn: Turn) throws -> Reaction {
        let record = LogRecord(position: delivered.position, envelope: delivered.envelope, value: delivered.value)
        guard
            let handler = behavior.handlers.first(where: {
                $0.name == record.envelope.name && $0.since.accepts(record.envelope.version)
                    && (stored.state == nil) == $0.begins && $0.filter?(record.envelope) ?? true
            })
        else { return Reaction() }
        let context = SagaContext(now: turn.now, envelope: record.envelope)
        let state = try handler.handle(stored.state, record, setting.factory.coder, context)
        var entry = JournalEntry(kind: "message")
        (entry.messageID, entry.messageName) = (record.envelope.id, record.envelope.name.rawValue)
        entry.messageVersion = record.envelope.version.description
        entry.payload = String(decoding: record.envelope.payload.bytes, as: UTF8.self)
        return try conclude(state, context, row.ids(for: record.envelope), entry, turn)
    }

    private func wake(_ purpose: String, _ due: Timestamp, _ turn: Turn) throws -> Reaction {
        guard stored.wakes[purpose] == due, var state = stored.state else { return Reaction() }
        stored.wakes[purpose] = nil
        let context = SagaContext(now: turn.now, envelope: nil)
        try behavior.timeout?(&state, purpose, context)
        let woken = stored.woken?[purpose] ?? 0
        stored.woken = (stored.woken ?? [:]).merging([purpose: woken + 1]) { $1 }
        var entry = JournalEntry(kind: "timer")
        entry.detail = purpose
        var reaction = try conclude(state, context, row.ids(forWake: purpose, woken), entry, turn)
        reaction.effects.insert(.write(.removeTimer(timer(purpose, due))), at: 0)
        return reaction
    }

    private func conclude(
        _ state: State?, _ context: SagaContext, _ ids: DerivedIDs, _ entry: JournalEntry, _ turn: Turn
    ) throws -> Reaction {
        let collected = context.take()
        var (entry, ids) = (entry, ids)
        var reaction = Reaction()
        stored.state = state
        for (message, kind) in collected.messages {
            let derived = ids.next(type(of: message).name, message.subject)
            let outgoing = try self.outgoing(message, derived, context, turn)
            reaction.effects.append(.append(outgoing))
            entry.operations.append(
                .init(kind: kind, seq: Int64(stored.sent), name: outgoing.envelope.name.rawValue))
        }
        for (purpose, due) in collected.wakes {
            // The state finds a purpose under any spelling, the store only as it was written.
            if let index = stored.wakes.index(forKey: purpose) {
                let (written, earlier) = stored.wakes.remove(at: index)
                reaction.effects.append(.write(.removeTimer(timer(written, earlier))))
            }
            guard let due else { continue }
            stored.wakes[purpose] = due
            reaction.effects.append(.write(.putTimer(timer(purpose, due))))
        }
        reaction.effects += collected.attributes.map { Effect.attribute($0.0, $0.1) }
        if collected.ended {
            for (purpose, due) in stored.wakes.sorted(by: { $0.key < $1.key }) {
                reaction.effects.append(.write(.removeTimer(timer(purpose, due))))
            }
            stored.wakes = [:]
            reaction.outcome = .completed(nil)
        }
        reaction.state = try setting.factory.encode(stored, as: "the state of '\(row.process)'")
        reaction.entry = entry
        return reaction
    }

    private func outgoing(
        _ message: any Message, _ derived: DerivedID, _ context: SagaContext, _ turn: Turn
    ) throws -> Outgoing {
        let type = type(of: message)
        try setting.catalogue.checkSending(type, by: setting.component)
        var origin = MessageOrigin(component: setting.component, cause: context.envelope)
        origin.correlationID = row.correlationID
        (origin.user, origin.trace) = (row.user, origin.trace ?? row.traceContext)
        origin.subject = row.key
        stored.sent += 1
        return try setting.factory.make(
            message, from: origin, id: derived.id, time: turn.now, randomness: derived.randomness,
            recipient: type.kind == .command ? setting.catalogue.owner(of: type.name) : nil)
    }

    private func timer(_ purpose: String, _ due: Timestamp) -> TimerRow {
        TimerRow(
            due: due, instance: row.id, seq: Int64(bitPattern: StableHash.value(of: purpose)),
            component: setting.component, purpose: purpose)
    }
}
