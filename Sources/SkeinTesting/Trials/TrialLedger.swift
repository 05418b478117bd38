import SkeinCore
import Synchronization

/// The model of a trial: follows everything that becomes durable, commit by commit, and says at once when a commit
/// breaks an invariant. It knows the store's rows and the calls of outside systems, and nothing of the engines.
final class TrialLedger: Sendable {
    private let state: Mutex<TrialLedgerState>
    private let clock: VirtualClock
    private let story: TrialStory

    init(interest: TrialInterest, clock: VirtualClock, story: TrialStory) {
        state = Mutex(TrialLedgerState(interest: interest))
        (self.clock, self.story) = (clock, story)
    }

    /// What has been found broken so far, in order.
    var violations: [TrialViolation] { state.withLock { $0.violations } }

    /// Takes note of new messages in the log.
    func appended(_ records: [Record]) {
        state.withLock { state in
            for record in records {
                state.append(record, at: clock.now)
                story.tell("  log \(record.position): \(record.envelope.name) '\(record.envelope.subject)'")
            }
        }
    }

    /// Takes note of a commit.
    func committed(_ units: [CommitUnit], _ outcomes: [UnitOutcome], _ positions: [PositionRow]) {
        state.withLock { state in
            state.begin(at: clock.now, positions)
            let inOrder =
                units.indices.filter { units[$0].enlistments.isEmpty }
                + units.indices.filter { !units[$0].enlistments.isEmpty }
            for index in inOrder {
                guard case .committed = outcomes[index] else { continue }
                state.apply(units[index])
            }
            let moved = positions.filter { row in
                guard let known = state.places.updateValue(row, forKey: row.subscription) else {
                    return row.position > 0
                }
                return known != row
            }
            for row in positions { state.apply(row) }
            state.end()
            if story.isTold { tell(units, moved) }
        }
    }

    /// Takes note of a call of an outside system.
    func called(_ key: String) { state.withLock { $0.called(key) } }

    /// Takes note of a question that was asked in memory and not answered although the answer was there.
    func violated(_ violation: TrialViolation) { state.withLock { $0.violations.append(violation) } }

    /// From now on the times of messages and timers cannot be compared.
    func clockWentBack() { state.withLock { $0.clockWentBack = true } }

    /// What operators have taken out of the ordinary course of things.
    var interventions: TrialInterventions { state.withLock { $0.interventions } }

    /// The open incidents, ascending by id.
    var openIncidents: [IncidentRow] {
        state.withLock { $0.incidents.values.filter { $0.resolvedAt == nil }.sorted { $0.id < $1.id } }
    }

    /// The instances, ascending by id.
    var instances: [InstanceRow] { state.withLock { $0.instances.values.sorted { $0.id < $1.id } } }

    /// What is in the log with a name: position, subject, in order.
    func records(named name: MessageName) -> [(position: Int64, subject: String)] {
        state.withLock { state in
            state.log.filter { $0.name == name }.map { ($0.position, $0.subject) }
        }
    }

    /// Whether a document in the log answers a question.
    func hasAnswer(to question: MessageID) -> Bool {
        state.withLock { $0.log.contains { $0.causation == question && $0.isDocument } }
    }

    /// Checks what must hold when everything has come to rest and nothing is broken any more.
    func settled(logEnd: Int64) {
        rested()
        state.withLock { $0.settled(logEnd: logEnd) }
    }

    /// Checks that nothing is left which was to happen by now.
    func rested() { state.withLock { $0.rested(at: clock.now) } }

    private func tell(_ units: [CommitUnit], _ positions: [PositionRow]) {
        for unit in units {
            for write in unit.writes {
                if let line = Self.line(write) { story.tell("  store: \(line)") }
            }
        }
        for row in positions {
            let above = row.completed.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
            story.tell("  store: \(row.subscription) is at \(row.position)\(above.isEmpty ? "" : ", and has \(above)")")
        }
    }

    /// A change of rows in words; `nil` for one that adds nothing to the story.
    private static func line(_ write: StoreWrite) -> String? {
        switch write {
        case .putInstance(let row): "instance \(row.id) (\(row.process) '\(row.key)') is \(row.status.rawValue)"
        case .appendJournal(let row): "instance \(row.instance), journal \(row.seq): \(text(row))"
        case .putWait(let row): "instance \(row.instance) waits for \(row.type) '\(row.key)' (#\(row.seq))"
        case .putTimer(let row): "instance \(row.instance) sets a timer, \(row.purpose) at \(row.due)"
        case .putActivity(let row): "instance \(row.instance) activity \(row.name) #\(row.seq), attempt \(row.attempt)"
        case .putMailbox(let row):
            "mailbox of instance \(row.instance) gets \(row.seq): \(String(decoding: row.input, as: UTF8.self))"
        case .removeMailbox(let seq): "mailbox entry \(seq) is taken"
        case .putIncident(let row):
            row.resolvedAt == nil
                ? "incident \(row.id) (\(row.cause)): \(row.error.prefix(80))"
                : "incident \(row.id) is \(row.resolution ?? "resolved")"
        case .putParked(let row):
            "\(row.subscription) sets \(row.position) of '\(row.key)' aside (\(row.state.rawValue))"
        case .removeParked(let subscription, let key, let position):
            "\(subscription) is done with \(position) of '\(key)'"
        case .putBuffered(let row): "\(row.process) keeps \(row.position) for '\(row.key)'"
        case .removeBuffered(let row): "\(row.process) takes the kept \(row.position) of '\(row.key)'"
        default: nil
        }
    }

    private static func text(_ row: JournalRow) -> String {
        guard let entry = try? JournalEntry(row) else { return row.kind }
        let what = [entry.messageName, entry.op.map { "#\($0)" }, entry.detail].compactMap { $0 }
        let done = entry.operations.map(\.text)
        return ([row.kind] + what).joined(separator: " ") + (done.isEmpty ? "" : " -> " + done.joined(separator: ", "))
    }
}

/// What operators have taken out of the ordinary course of things in a trial.
public struct TrialInterventions: Sendable, Hashable {
    /// The messages that were skipped or redirected: the subscription, and the position.
    public var skipped: [String: Set<Int64>] = [:]
    /// The keys of the instances that were canceled, by process.
    public var canceled: [String: Set<String>] = [:]
    /// The keys of the instances that were suspended or parked at some time, by process.
    public var stoodStill: [String: Set<String>] = [:]
    /// The messages that were set aside because nobody could take them, by subscription.
    public var deadLetters: [String: Set<Int64>] = [:]
}
