import SkeinStorage
import GRDBSQLite
import SkeinCore

/// Applies changes of rows to the tables, and keeps the highest ids that it has seen.
///
/// To be used on the writer's queue only, inside a transaction.
struct RowWriter {
    /// What the open transaction may have changed, to go back to when it is rolled back.
    struct Marks {
        /// The highest ids that were ever given.
        var high: HighWater
        /// The highest ids whose rows were removed and that `meta` does not hold. Other ids follow from their rows.
        var removed = HighWater()
        /// The ids in `meta`.
        var saved: HighWater
    }

    let statements: StatementCache<WriteSQL>
    private let reading: StatementCache<ReadSQL>
    /// Whether the inbox may hold ids of messages that were removed from the log.
    private(set) var remembersTrimmed: Bool
    var marks: Marks
    /// The rows of `position` as this writer has last written them, with those of this transaction, by the bytes of
    /// their names: Swift takes different spellings of a character for equal, SQLite does not.
    private var places: [[UInt8]: PositionRow] = [:]

    init(connection: OpaquePointer) throws {
        statements = StatementCache(connection: connection)
        reading = StatementCache(connection: connection)
        marks = Marks(
            high: try SQLiteReader.highWater(reading), saved: try SQLiteReader.savedHighWater(reading))
        remembersTrimmed = try reading.begin(.remembersTrimmed).first { _ in true } ?? false
    }

    /// Gives the statements back, so that the connection can be closed.
    func close() {
        statements.clear()
        reading.clear()
    }

    mutating func apply(_ write: StoreWrite) throws {
        switch write {
        case .putInstance(let row):
            marks.high.instance = max(marks.high.instance, row.id)
            try put(row)
        case .appendJournal(let row): try append(row)
        case .truncateJournal(let instance, let through):
            try run(.truncateJournal) {
                $0.bind(instance)
                $0.bind(through)
            }
        case .putWait(let row):
            try run(.putWait) {
                Self.bindIdentity(row, $0)
                Self.bindRest(row, $0)
            }
        case .removeWait(let row): try run(.removeWait) { Self.bindIdentity(row, $0) }
        case .putTimer(let row):
            try run(.putTimer) {
                Self.bindIdentity(row, $0)
                $0.bind(row.purpose)
            }
        case .removeTimer(let row): try run(.removeTimer) { Self.bindIdentity(row, $0) }
        case .putActivity(let row): try put(row)
        case .removeActivity(let instance, let seq):
            try run(.removeActivity) {
                $0.bind(instance)
                $0.bind(seq)
            }
        case .putMailbox(let row):
            marks.high.mailbox = max(marks.high.mailbox, row.seq)
            try put(row)
        case .removeMailbox(let seq):
            marks.removed.mailbox = max(marks.removed.mailbox, seq)
            try run(.removeMailbox) { $0.bind(seq) }
        case .putIncident(let row):
            marks.high.incident = max(marks.high.incident, row.id)
            try put(row)
        case .updateIncident(let id, let error, let nextAttempt):
            try run(.updateIncident) {
                $0.bind(error)
                $0.bind(nextAttempt?.microseconds)
                $0.bind(id)
            }
        case .resolveIncident(let id, let at, let resolution):
            try run(.resolveIncident) {
                $0.bind(at.microseconds)
                $0.bind(resolution)
                $0.bind(id)
            }
        case .putParked(let row): try put(row)
        case .removeParked(let subscription, let key, let position):
            try run(.removeParked) {
                $0.bind(subscription)
                $0.bind(key)
                $0.bind(position)
            }
        case .putBuffered(let row): try put(row)
        case .removeBuffered(let row): try run(.removeBuffered) { Self.bindIdentity(of: row, $0) }
        case .putInbox(let subscription, let message, let at):
            try run(.putInbox) {
                $0.bind(subscription)
                $0.bind(message.rawValue)
                $0.bind(at.microseconds)
            }
        case .trimInbox(let before, let limit):
            try run(.trimInbox) {
                $0.bind(before.microseconds)
                $0.bind(limit)
            }
        case .trimLog(let trim): try apply(trim)
        case .putDefinition(let row): try put(row)
        case .removeInstance(let id):
            marks.removed.instance = max(marks.removed.instance, id)
            try run(.removeJournal) { $0.bind(id) }
            try run(.removeInstance) { $0.bind(id) }
            try run(.removeIncidents) { $0.bind(id) }
            if sqlite3_changes(statements.connection) > 0 { marks.removed.incident = marks.high.incident }
        case .suspendSystem(let system, let at):
            try run(.suspendSystem) {
                $0.bind(system)
                $0.bind(at.microseconds)
            }
        case .resumeSystem(let system): try run(.resumeSystem) { $0.bind(system) }
        case .putCatalogue(let component, let description):
            try run(.putCatalogue) {
                $0.bind(component)
                $0.bind(description)
            }
        case .putChannel(let name, let description):
            try run(.putChannel) {
                $0.bind(name)
                $0.bind(description)
            }
        case .removeChannel(let name): try run(.removeChannel) { $0.bind(name) }
        case .removePosition(let subscription):
            places[Array(subscription.utf8)] = nil
            try run(.removePosition) { $0.bind(subscription) }
        case .putSourcePlace(let row): try put(row)
        case .removeSourcePlaces(let channel, let topic): try removeSourcePlaces(channel: channel, topic: topic)
        }
    }

    /// Writes a place down unless it is there already: most commits move few of the places that they name.
    mutating func put(_ row: PositionRow) throws {
        let name = Array(row.subscription.utf8)
        guard places[name] != row else { return }
        places[name] = row
        try run(.putPosition) {
            $0.bind(row.subscription)
            $0.bind(row.position)
            $0.bind(row.completed.isEmpty ? "" : CompletedText.encode(row.completed))
            $0.bind(row.version)
        }
    }

    /// Writes an id down where its row was removed, so that it is never given again. Rows of mailboxes come and go all
    /// the time, so their ids are written down a thousand at once.
    mutating func saveHighWater() throws {
        for name in MetaName.allCases where marks.removed[name] > marks.saved[name] {
            let value = marks.high[name] + (name == .mailbox ? 1000 : 0)
            try run(.putMeta) {
                $0.bind(name.rawValue)
                $0.bind(value)
            }
            marks.saved[name] = value
        }
        marks.removed = HighWater()
    }

    /// Takes back what a transaction that was rolled back had changed.
    mutating func reset(to marks: Marks) {
        self.marks = marks
        places.removeAll(keepingCapacity: true)
    }

    func run(_ sql: WriteSQL, _ bind: (PreparedStatement) -> Void) throws {
        let statement = try statements.begin(sql)
        bind(statement)
        try statement.run()
    }
}

// Trimming the log.
extension RowWriter {
    private mutating func apply(_ trim: LogTrim) throws {
        let held = try SQLiteReader.logHolds(reading).first?.position ?? .max
        let newest = try reading.begin(.newestPosition).first { $0.int64() } ?? 0
        let candidates = try reading.begin(.trimCandidates)
        candidates.bind(trim.through)
        candidates.bind(min(held, newest))
        candidates.bind(trim.limit)
        var last: Int64?
        for (position, time) in try candidates.rows({ ($0.int64(), Timestamp(microseconds: $0.int64())) }) {
            if let before = trim.before, time >= before, time <= trim.at { break }
            last = position
        }
        guard let last else { return }
        try run(.rememberTrimmed) {
            $0.bind(trim.at.microseconds)
            $0.bind(last)
        }
        try run(.rememberSources) {
            $0.bind(trim.at.microseconds)
            $0.bind(last)
        }
        try run(.trimLog) { $0.bind(last) }
        try run(.putTrimmed) { $0.bind(last) }
        remembersTrimmed = true
    }

    /// Whether a message with the id was removed from the log lately.
    func isTrimmed(_ id: MessageID) throws -> Bool {
        guard remembersTrimmed else { return false }
        let statement = try reading.begin(.inboxContains)
        statement.bind(LogTrim.subscription)
        statement.bind(id.rawValue)
        return try statement.first { _ in true } ?? false
    }
}

extension RowWriter {
    private func put(_ row: InstanceRow) throws {
        try run(.putInstance) {
            $0.bind(row.id)
            $0.bind(row.component)
            $0.bind(row.process)
            $0.bind(row.key)
            $0.bind(row.version)
            $0.bind(row.notation.rawValue)
            $0.bind(row.status.rawValue)
            $0.bind(row.shard)
            $0.bind(Int64(bitPattern: row.seed.high))
            $0.bind(Int64(bitPattern: row.seed.low))
            $0.bind(row.state)
            $0.bind(row.stateSeq)
            $0.bind(row.result)
            $0.bind(row.attributes)
            $0.bind(row.correlationID.rawValue)
            $0.bind(row.trace)
            $0.bind(row.user)
            $0.bind(row.startedAt.microseconds)
            $0.bind(row.endedAt?.microseconds)
        }
    }

    private func append(_ row: JournalRow) throws {
        try run(.appendJournal) {
            $0.bind(row.instance)
            $0.bind(row.seq)
            $0.bind(row.kind)
            $0.bind(row.body)
            $0.bind(row.at.microseconds)
        }
    }

    private static func bindIdentity(_ row: WaitRow, _ statement: PreparedStatement) {
        statement.bind(row.component)
        statement.bind(row.type.rawValue)
        statement.bind(row.key)
        statement.bind(row.instance)
        statement.bind(row.seq)
    }

    private static func bindRest(_ row: WaitRow, _ statement: PreparedStatement) {
        statement.bind(row.process)
        statement.bind(row.version.description)
        statement.bind(row.after)
        statement.bind(row.since.microseconds)
    }

    private static func bindIdentity(_ row: TimerRow, _ statement: PreparedStatement) {
        statement.bind(row.component)
        statement.bind(row.due.microseconds)
        statement.bind(row.instance)
        statement.bind(row.seq)
    }

    private func put(_ row: ActivityRow) throws {
        try run(.putActivity) {
            $0.bind(row.instance)
            $0.bind(row.seq)
            $0.bind(row.component)
            $0.bind(row.name)
            $0.bind(row.idempotencyKey)
            $0.bind(row.attempt)
            $0.bind(row.nextAt?.microseconds)
            $0.bind(row.scheduledAt.microseconds)
            $0.bind(row.lastError)
            $0.bind(row.policy)
            $0.bind(row.epoch)
            $0.bind(row.failingSince?.microseconds)
            $0.bind(row.incident)
            $0.bind(row.system)
        }
    }

    private func put(_ row: MailboxRow) throws {
        try run(.putMailbox) {
            $0.bind(row.seq)
            $0.bind(row.instance)
            $0.bind(row.component)
            $0.bind(row.input)
            $0.bind(row.position)
        }
    }

    private func put(_ row: IncidentRow) throws {
        try run(.putIncident) {
            $0.bind(row.id)
            $0.bind(row.component)
            $0.bind(row.kind)
            $0.bind(row.instance)
            $0.bind(row.seq)
            $0.bind(row.subscription)
            $0.bind(row.key)
            $0.bind(row.position)
            $0.bind(row.cause)
            $0.bind(row.error)
            $0.bind(row.at.microseconds)
            $0.bind(row.resolvedAt?.microseconds)
            $0.bind(row.resolution)
            $0.bind(row.failingSince?.microseconds)
            $0.bind(row.nextAttempt?.microseconds)
        }
    }

    private func put(_ row: ParkedRow) throws {
        try run(.putParked) {
            $0.bind(row.subscription)
            $0.bind(row.key)
            $0.bind(row.position)
            $0.bind(row.state.rawValue)
            $0.bind(row.attempts)
            $0.bind(row.nextAt?.microseconds)
            $0.bind(row.error)
            $0.bind(row.payload)
            $0.bind(row.concerns.joined(separator: " "))
            $0.bind(row.at.microseconds)
            $0.bind(row.failingSince?.microseconds)
            $0.bind(row.incident)
        }
    }

    private func put(_ row: BufferedRow) throws {
        try run(.putBuffered) {
            Self.bindIdentity(of: row, $0)
            $0.bind(row.expires.microseconds)
        }
    }

    private static func bindIdentity(of row: BufferedRow, _ statement: PreparedStatement) {
        statement.bind(row.component)
        statement.bind(row.process)
        statement.bind(row.type.rawValue)
        statement.bind(row.key)
        statement.bind(row.position)
    }

    private func put(_ row: DefinitionRow) throws {
        try run(.putDefinition) {
            $0.bind(row.component)
            $0.bind(row.process)
            $0.bind(row.version)
            $0.bind(row.notation.rawValue)
            $0.bind(row.at.microseconds)
        }
    }
}

/// The rows of `meta`: the highest ids of rows that were removed. A store of an earlier version has all that were
/// given.
enum MetaName: String, CaseIterable {
    case instance, incident, mailbox, position
}

extension HighWater {
    subscript(name: MetaName) -> Int64 {
        get {
            switch name {
            case .instance: instance.rawValue
            case .incident: incident.rawValue
            case .mailbox: mailbox
            case .position: position
            }
        }
        set {
            switch name {
            case .instance: instance = InstanceID(rawValue: newValue)
            case .incident: incident = IncidentID(rawValue: newValue)
            case .mailbox: mailbox = newValue
            case .position: position = newValue
            }
        }
    }
}
