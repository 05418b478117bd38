import SkeinCore

/// The rows that are durable, as a ledger has seen them become so.
struct TrialLedgerState {
    /// A message in the log.
    struct Message {
        var position: Int64
        var id: MessageID
        var name: MessageName
        var subject: String
        var causation: MessageID?
        var version: SchemaVersion
        var isDocument: Bool
        /// When it became durable, by the clock of the trial.
        var at: Timestamp
    }

    /// What is kept of one instance.
    struct Instance {
        var journalEnd: Int64 = 0
        var waits: Set<WaitRow> = []
        var timers: Set<TimerRow> = []
        var activities: [Int64: ActivityRow] = [:]
        var mailbox: [Int64: TrialInput] = [:]
        /// The positions of the messages that it has reacted to, by type, in order.
        var reactions: [MessageName: [Int64]] = [:]
        /// The messages it has reacted to, with the operation.
        var taken: Set<String> = []
    }

    let interest: TrialInterest
    var violations: [TrialViolation] = []
    var log: [Message] = []
    var positionsByID: [MessageID: Int64] = [:]
    var instances: [Int64: InstanceRow] = [:]
    var parts: [Int64: Instance] = [:]
    var incidents: [Int64: IncidentRow] = [:]
    var mailboxOwners: [Int64: Int64] = [:]
    var subscriptions: [String: TrialSubscription] = [:]
    var places: [String: PositionRow] = [:]
    var interventions = TrialInterventions()
    var activityKeys: Set<String> = []
    var unknownCalls: Set<String> = []
    var now = Timestamp.epoch
    var clockWentBack = false
    /// What the commit in hand has done so far.
    var commit = TrialCommit()

    init(interest: TrialInterest) { self.interest = interest }

    mutating func violate(_ invariant: Int, _ text: String) { violations.append(TrialViolation(invariant, text)) }

    mutating func append(_ record: Record, at now: Timestamp) {
        let envelope = record.envelope
        if let last = log.last, last.position >= record.position {
            violate(2, "position \(record.position) was given after \(last.position)")
        }
        log.append(
            Message(
                position: record.position, id: envelope.id, name: envelope.name, subject: envelope.subject,
                causation: envelope.causationID, version: envelope.version, isDocument: envelope.kind == .document,
                at: now))
        positionsByID[envelope.id] = record.position
        for subscription in interest.subscriptions(of: envelope) {
            subscriptions[subscription, default: .init()].expect(record.position, of: envelope.subject)
        }
    }

    func message(at position: Int64) -> Message? {
        // Positions may have gaps, never repeats: the index is at most the position.
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
        let anew = positions.filter { row in
            subscriptions[row.subscription]?.row.map { row.version != $0.version } ?? false
        }
        commit.beginning = Set(anew.map(\.subscription))
    }

    mutating func apply(_ unit: CommitUnit) {
        commit.appended.formUnion(unit.appends.map(\.envelope.id))
        for write in unit.writes { apply(write) }
    }

    private mutating func apply(_ write: StoreWrite) {
        switch write {
        case .putInstance(let row): put(row)
        case .appendJournal(let row): append(row)
        case .truncateJournal(let instance, _): commit.begunAnew.insert(instance)
        case .putWait(let row): put(row)
        case .removeWait(let row): remove(row)
        case .putTimer(let row):
            commit.touched.insert(row.instance)
            parts[row.instance, default: .init()].timers.insert(row)
        case .removeTimer(let row): remove(row)
        case .putActivity(let row): put(row)
        case .removeActivity(let instance, let seq): parts[instance]?.activities[seq] = nil
        case .putMailbox(let row): put(row)
        case .removeMailbox(let seq): take(seq)
        case .putIncident(let row): put(row)
        case .updateIncident(let id, let error, let nextAttempt):
            incidents[id]?.error = error
            incidents[id]?.nextAttempt = nextAttempt
        case .resolveIncident(let id, let at, let resolution):
            guard incidents[id]?.resolvedAt == nil else { break }
            incidents[id]?.resolvedAt = at
            incidents[id]?.resolution = resolution
        case .putParked(let row): setAside(row)
        case .removeParked(let subscription, let key, let position): finish(subscription, key, position)
        case .removeInstance(let id): (instances[id], parts[id]) = (nil, nil)
        case .putBuffered, .removeBuffered, .putInbox, .trimInbox, .putDefinition, .putCatalogue, .holdSystem,
            .releaseSystem:
            break
        }
    }

    private mutating func put(_ row: IncidentRow) {
        incidents[row.id] = row
        let faults: Set<String> = ["journalMismatch", "unreadable", "escaped", "fault", "runaway", "mailbox"]
        guard row.resolvedAt == nil, row.kind == "instance", faults.contains(row.cause) else { return }
        violate(8, "instance \(row.instance ?? 0) cannot go on (\(row.cause)): \(row.error)")
    }

    mutating func called(_ key: String) {
        if !activityKeys.contains(key) { unknownCalls.insert(key) }
    }

    /// Checks what must hold between two commits.
    mutating func end() {
        for id in commit.touched.sorted() { checkInstance(id) }
        for (id, rows) in commit.unconsumed.sorted(by: { $0.key < $1.key }) { checkVanished(rows, of: id) }
    }
}

/// What one commit has done so far.
struct TrialCommit {
    var appended: Set<MessageID> = []
    /// The projections that begin anew: what they had set aside is forgotten, not handled.
    var beginning: Set<String> = []
    var touched: Set<Int64> = []
    var removedWaits: [Int64: [WaitRow]] = [:]
    var removedTimers: Set<TimerRow> = []
    /// The instances that have begun afresh: what their earlier operations came to is of no use.
    var begunAnew: Set<Int64> = []
    /// The activities that are scheduled first in this commit, so that none of them can have run.
    var scheduled: Set<WaitCursor> = []
    /// Mailbox entries that were removed and that nothing in the commit has accounted for.
    var unconsumed: [Int64: [TrialInput]] = [:]
}

/// An entry of a mailbox, as far as a ledger reads it.
struct TrialInput: Decodable, Hashable {
    var kind: String
    var op: Int64?
    var position: Int64?
    var code: String?
    var seq: Int64 = 0

    private enum CodingKeys: String, CodingKey { case kind, op, position, code }

    /// Whether another entry stands for the same input.
    func isSame(as other: TrialInput) -> Bool {
        (kind, op, position, code) == (other.kind, other.op, other.position, other.code)
    }
}
