import SkeinStorage
import SkeinCore
import Synchronization

/// The model of a trial. It follows every commit and every call of an outside system, and records a violation as soon
/// as one of them breaks an invariant. It reads only the rows of the store, nothing inside the engines.
final class TrialLedger: Sendable {
    private let state: Mutex<TrialLedgerState>
    private let clock: VirtualClock
    private let story: TrialStory

    init(interest: TrialInterest, clock: VirtualClock, story: TrialStory) {
        state = Mutex(TrialLedgerState(interest: interest))
        (self.clock, self.story) = (clock, story)
    }

    /// The violations found so far, in order.
    var violations: [TrialViolation] { state.withLock { $0.violations } }

    /// Records new messages in the log.
    func appended(_ records: [LogRecord]) {
        state.withLock { state in
            for record in records {
                state.append(record, at: clock.now)
                story.tell("  log \(record.position): \(record.envelope.name) '\(record.envelope.subject)'")
            }
        }
    }

    /// Records a commit and checks what must hold after it.
    ///
    /// - Parameter positions: the places in the log that the commit wrote.
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
            let moved = positions.filter { state.isNew($0) }
            for row in positions { state.apply(row) }
            state.end()
            if story.isTold { story.tell(units, moved) }
        }
    }

    /// Records a call of an outside system.
    ///
    /// - Parameters:
    ///   - key: the idempotency key of the call.
    ///   - line: the call in the words of the story.
    func called(_ key: String, _ line: () -> String) {
        story.tell(line())
        state.withLock { $0.called(key) }
    }

    /// Adds a violation that only the run can see, because it does not show in the store.
    func report(_ violation: TrialViolation) { state.withLock { $0.violations.append(violation) } }

    /// Stops comparing the times of messages and timers: they mean nothing once the clock was set back.
    func noteClockWentBack() { state.withLock { $0.clockWentBack = true } }

    /// What operators skipped, canceled or stopped so far.
    var interventions: TrialInterventions { state.withLock { $0.interventions } }

    /// The open incidents, ascending by id.
    var openIncidents: [IncidentRow] {
        state.withLock { $0.incidents.values.filter { $0.resolvedAt == nil }.sorted { $0.id < $1.id } }
    }

    /// The instances, ascending by id.
    var instances: [InstanceRow] { state.withLock { $0.instances.values.sorted { $0.id < $1.id } } }

    /// The scheduled activities, ascending by instance and operation.
    var activities: [ActivityRow] {
        state.withLock { $0.parts.values.flatMap(\.activities.values) }.sorted {
            ($0.instance, $0.seq) < ($1.instance, $1.seq)
        }
    }

    /// The positions and subjects of the messages in the log with a name, ascending by position.
    func records(named name: MessageName) -> [(position: Int64, subject: String)] {
        state.withLock { state in
            state.log.filter { $0.name == name }.map { ($0.position, $0.subject) }
        }
    }

    /// The message at a position, also when it was trimmed.
    func envelope(at position: Int64) -> Envelope? { state.withLock { $0.message(at: position)?.envelope } }

    /// Whether the log holds a document that answers a question.
    func hasAnswer(to question: MessageID) -> Bool {
        state.withLock { $0.log.contains { $0.causation == question && $0.isDocument } }
    }

    /// Checks the end of a trial: nothing is left to do, and every subscription has reached the end of the log.
    func checkEnd(logEnd: Int64) {
        checkRest()
        state.withLock { $0.checkPositions(reach: logEnd) }
    }

    /// Checks that nothing is left that should have happened by now.
    func checkRest() { state.withLock { $0.checkRest(at: clock.now) } }
}
