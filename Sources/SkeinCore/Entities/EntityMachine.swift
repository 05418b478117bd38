import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

struct EntityDefinition<State: Entity>: MachineDefinition {
    let behavior = State.behavior

    var process: String { State.name }
    var version: Int { 1 }
    var notation: Notation { .entity }

    var triggers: [Trigger] {
        behavior.decisions.map { decision in
            Trigger(
                name: decision.name, kind: decision.kind, since: decision.since, role: .keyed(creates: true),
                key: { try decision.key($0, $1) })
        }
    }

    var problems: [String] {
        var problems: [String] = []
        if let problem = MessageName.problem(inSegment: process) {
            problems.append("the entity name '\(process)' is wrong: \(problem)")
        }
        if State.snapshotInterval < 1 { problems.append("snapshotInterval must be 1 or more") }
        return problems
    }

    func makeMachine(for row: InstanceRow, in setting: MachineSetting) -> any Machine {
        EntityMachine<State>(row: row, setting: setting, behavior: behavior)
    }
}

/// An event-sourced entity as a state machine.
final class EntityMachine<State: Entity>: Machine {
    private let row: InstanceRow
    private let setting: MachineSetting
    private let behavior: EntityBehavior<State>
    private var state = State()
    private var sinceSnapshot = 0

    /// An entity has no end: what it has decided has happened.
    var takesCancel: Bool { false }

    init(row: InstanceRow, setting: MachineSetting, behavior: EntityBehavior<State>) {
        (self.row, self.setting, self.behavior) = (row, setting, behavior)
    }

    func restore(
        _ row: InstanceRow, journal: [JournalEntry], open: OpenRows, watching: (() throws -> Void) throws -> Void
    ) throws {
        try watching { try fold(row, journal) }
    }

    private func fold(_ row: InstanceRow, _ journal: [JournalEntry]) throws {
        if let snapshot = row.state {
            state = try setting.factory.coder.decode(State.self, from: snapshot)
        }
        for entry in journal {
            for event in entry.events {
                try fold(
                    record(
                        name: MessageName(trusted: event.name), version: try SchemaVersion(validating: event.version),
                        payload: Data(event.payload.utf8), value: nil))
            }
            sinceSnapshot += 1
        }
    }

    func react(_ input: Input, turn: Turn) -> Reaction {
        guard case .message(_, let delivered) = input else { return Reaction() }
        do {
            return try decide(delivered, turn)
        } catch {
            return Reaction(
                outcome: .crashed(cause: "\(type(of: error))", error: "\(delivered.envelope.name): \(error)"))
        }
    }

    func activity(_ op: Int64) -> ActivityCode? { nil }

    func retire() {}

    private func decide(_ delivered: Delivered, _ turn: Turn) throws -> Reaction {
        let received = LogRecord(position: delivered.position, envelope: delivered.envelope, value: delivered.value)
        guard
            let decision = behavior.decisions.first(where: {
                $0.name == received.envelope.name && $0.since.accepts(received.envelope.version)
            })
        else { return Reaction() }
        let events = try decision.decide(state, received, setting.factory.coder)
        guard !events.isEmpty else { return Reaction() }
        var reaction = Reaction()
        var entry = JournalEntry(kind: "events")
        (entry.messageID, entry.messageName) = (received.envelope.id, received.envelope.name.rawValue)
        var origin = MessageOrigin(component: setting.component, cause: received.envelope)
        origin.subject = row.key
        var ids = row.ids(for: received.envelope)
        for event in events {
            try setting.catalogue.checkSending(type(of: event), by: setting.component)
            let derived = ids.next(type(of: event).name, event.subject)
            let outgoing = try setting.factory.make(
                event, from: origin, id: derived.id, time: turn.now, randomness: derived.randomness)
            reaction.effects.append(.append(outgoing))
            entry.events.append(
                JournalEntry.RecordedEvent(
                    name: outgoing.envelope.name.rawValue, version: outgoing.envelope.version.description,
                    payload: String(decoding: outgoing.envelope.payload.bytes, as: UTF8.self)))
            try fold(LogRecord(position: 0, envelope: outgoing.envelope, value: outgoing.value))
        }
        reaction.entry = entry
        sinceSnapshot += 1
        if sinceSnapshot >= State.snapshotInterval {
            sinceSnapshot = 0
            reaction.state = try setting.factory.encode(state, as: "the snapshot of '\(row.process)'")
        }
        return reaction
    }

    private func fold(_ record: LogRecord) throws {
        let (name, version) = (record.envelope.name, record.envelope.version)
        let evolutions = behavior.evolutions.filter { $0.name == name }
        let fitting = evolutions.filter { $0.version.major == version.major }
        guard evolutions.isEmpty || !fitting.isEmpty else {
            let known = evolutions.map(\.version.description).sorted().joined(separator: ", ")
            throw UnknownHistory(entity: State.name, event: name, version: version, known: known)
        }
        for evolution in fitting { try evolution.evolve(&state, record, setting.factory.coder) }
    }

    private func record(name: MessageName, version: SchemaVersion, payload: Data, value: (any Message)?) -> LogRecord {
        let id = MessageID("")
        return LogRecord(
            position: 0,
            envelope: Envelope(
                time: .epoch,
                metadata: .init(id: id, kind: .event, name: name, version: version, source: "", subject: ""),
                context: .init(correlationID: id), payload: Payload(bytes: payload)), value: value)
    }
}

/// An event in an entity's history that its code folds only in other major versions.
private struct UnknownHistory: Error, CustomStringConvertible {
    var entity: String
    var event: MessageName
    var version: SchemaVersion
    var known: String

    var description: String {
        "the history of the entity '\(entity)' has '\(event)' in version \(version), and its code folds only \(known); "
            + "keep an Evolve(…) for each major version that has been written"
    }
}
