import SkeinStorage
import SkeinCore

/// The durable rows of a trial, rebuilt from its commits, and the violations found in them.
struct TrialLedgerState {
    /// A message in the log.
    struct Message {
        var position: Int64
        var id: MessageID
        var name: MessageName
        var subject: String
        var causation: MessageID?
        var version: SchemaVersion
        /// The log may have been trimmed since.
        var envelope: Envelope
        var isDocument: Bool { envelope.kind == .document }
        /// When it became durable, on the clock of the trial.
        var at: Timestamp
    }

    /// What belongs to one instance besides its row.
    struct InstanceParts {
        var journalEnd: Int64 = 0
        var waits: Set<WaitRow> = []
        var timers: Set<TimerRow> = []
        var activities: [Int64: ActivityRow] = [:]
        var mailbox: [Int64: TrialInput] = [:]
        /// The position of the last message of each type that the instance has reacted to.
        var lastReactions: [MessageName: Int64] = [:]
        /// The messages that the instance has reacted to, each with its operation: `<message id>/<operation>`.
        var reactedTo: Set<String> = []
    }

    let interest: TrialInterest
    var violations: [TrialViolation] = []
    var log: [Message] = []
    var positionsByID: [MessageID: Int64] = [:]
    var instances: [InstanceID: InstanceRow] = [:]
    var parts: [InstanceID: InstanceParts] = [:]
    var incidents: [IncidentID: IncidentRow] = [:]
    /// The instance of each mailbox entry.
    var mailboxOwners: [Int64: InstanceID] = [:]
    var subscriptions: [String: TrialSubscription] = [:]
    /// The place in the log of every subscription, those of processes included.
    var places: [String: PositionRow] = [:]
    var interventions = TrialInterventions()
    /// Whom each parked message concerns, by subscription and position; a message that nobody can take keeps that.
    var concerns: [String: Set<String>] = [:]
    /// The idempotency keys of all activities so far.
    var activityKeys: Set<String> = []
    /// The idempotency keys of calls that no activity had at the time of the call.
    var unknownCalls: Set<String> = []
    var now = Timestamp.epoch
    var clockWentBack = false
    /// The commit that is being applied.
    var commit = TrialCommit()

    init(interest: TrialInterest) { self.interest = interest }

    mutating func violate(_ invariant: Int, _ text: String) { violations.append(TrialViolation(invariant, text)) }

    mutating func append(_ record: LogRecord, at now: Timestamp) {
        let envelope = record.envelope
        if let last = log.last, last.position >= record.position {
            violate(2, "position \(record.position) was assigned after \(last.position)")
        }
        log.append(
            Message(
                position: record.position, id: envelope.id, name: envelope.name, subject: envelope.subject,
                causation: envelope.causationID, version: envelope.version, envelope: envelope, at: now))
        positionsByID[envelope.id] = record.position
        for subscription in interest.subscriptions(of: envelope) {
            subscriptions[subscription, default: .init()].expect(record.position, of: envelope.subject)
        }
    }

    func message(at position: Int64) -> Message? {
        var (low, high) = (0, log.count)
        while low < high {
            let middle = (low + high) / 2
            if log[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low < log.count && log[low].position == position ? log[low] : nil
    }

    mutating func begin(at now: Timestamp, _ positions: [PositionRow]) {
        self.now = now
        commit = TrialCommit()
        let rebuilt = positions.filter { row in
            subscriptions[row.subscription]?.row.map { row.version != $0.version } ?? false
        }
        commit.rebuilt = Set(rebuilt.map(\.subscription))
    }

    mutating func apply(_ unit: CommitUnit) {
        commit.appended.formUnion(unit.appends.map(\.envelope.id))
        for write in unit.writes { apply(write) }
    }

    private mutating func apply(_ write: StoreWrite) {
        switch write {
        case .putInstance(let row): put(row)
        case .appendJournal(let row): append(row)
        case .truncateJournal(let instance, _): commit.restarted.insert(instance)
        case .putWait(let row): put(row)
        case .removeWait(let row): remove(row)
        case .putTimer(let row):
            commit.touched.insert(row.instance)
            parts[row.instance, default: .init()].timers.insert(row)
        case .removeTimer(let row): remove(row)
        case .putActivity(let row): put(row)
        case .removeActivity(let instance, let seq): parts[instance]?.activities[seq] = nil
        case .putMailbox(let row): put(row)
        case .removeMailbox(let seq): removeMailbox(seq)
        case .putIncident(let row): put(row)
        case .updateIncident(let id, let error, let nextAttempt):
            incidents[id]?.error = error
            incidents[id]?.nextAttempt = nextAttempt
        case .resolveIncident(let id, let at, let resolution):
            guard incidents[id]?.resolvedAt == nil else { break }
            incidents[id]?.resolvedAt = at
            incidents[id]?.resolution = resolution
        case .putParked(let row): park(row)
        case .removeParked(let subscription, _, let position): removeParked(subscription, position)
        case .removeInstance(let id): (instances[id], parts[id]) = (nil, nil)
        case .putBuffered, .removeBuffered, .putInbox, .trimInbox, .trimLog, .putDefinition, .putCatalogue,
            .suspendSystem, .resumeSystem, .putSourcePlace, .removeSourcePlaces, .putChannel, .removeChannel,
            .removePosition:
            break
        }
    }

    private mutating func put(_ row: IncidentRow) {
        incidents[row.id] = row
        let faults: Set<String> = ["journalMismatch", "unreadable", "escaped", "fault", "runaway", "mailbox"]
        guard row.resolvedAt == nil, row.kind == "instance", faults.contains(row.cause) else { return }
        violate(8, "instance \(row.instance ?? 0) cannot continue (\(row.cause)): \(row.error)")
    }

    mutating func called(_ key: String) {
        if !activityKeys.contains(key) { unknownCalls.insert(key) }
    }

    /// Checks what must hold after the commit.
    mutating func end() {
        for (wait, message) in commit.answers where !commit.begunWaits.contains(wait) {
            violate(6, "instance \(wait.instance) sent '\(message)' before it waited for the answer")
        }
        for id in commit.touched.sorted() { checkInstance(id) }
        for (id, inputs) in commit.unexplained.sorted(by: { $0.key < $1.key }) { checkVanished(inputs, of: id) }
    }
}

/// What one commit has done, as far as it has been applied.
struct TrialCommit {
    var appended: Set<MessageID> = []
    /// The projections that are rebuilt in this commit. It drops their parked rows, which are not handled by that.
    var rebuilt: Set<String> = []
    /// The instances that the commit changes.
    var touched: Set<InstanceID> = []
    var removedWaits: [InstanceID: [WaitRow]] = [:]
    var removedTimers: Set<TimerRow> = []
    /// The instances that restart in this commit. Nobody needs the outcomes of their earlier operations.
    var restarted: Set<InstanceID> = []
    /// The activities that this commit schedules, so that none of them can have run before.
    var scheduled: Set<OperationID> = []
    /// The waits that this commit stores.
    var begunWaits: Set<OperationID> = []
    /// The waits for answers to messages that this commit sends, with the names of those messages.
    var answers: [(wait: OperationID, message: String)] = []
    /// The mailbox entries that the commit removed and that none of its other writes explains, by instance.
    var unexplained: [InstanceID: [TrialInput]] = [:]
}

/// The parts of a mailbox entry that the ledger reads.
struct TrialInput: Decodable, Hashable {
    var kind: String
    var op: Int64?
    var position: Int64?
    var code: String?
    var seq: Int64 = 0

    private enum CodingKeys: String, CodingKey { case kind, op, position, code }

    /// Whether another entry holds the same input, perhaps under another number.
    func isSame(as other: TrialInput) -> Bool {
        (kind, op, position, code) == (other.kind, other.op, other.position, other.code)
    }
}
