package import SkeinStorage
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
package import GRDB
import GRDBSQLite
package import SkeinCore
import Synchronization

/// Reads a store over a connection of its own, or, in memory, over the writer's.
package final class SQLiteReader: StoreReader {
    private enum Source {
        /// A connection that this reader opened and closes.
        case own(StatementCache<ReadSQL>, StatementCache<SnapshotSQL>)
        /// The writer's connection, reached through its queue.
        case shared(any DatabaseWriter, StatementCache<ReadSQL>)
        case closed

        var snapshots: StatementCache<SnapshotSQL>? {
            switch self {
            case .own(_, let snapshots): snapshots
            case .shared, .closed: nil
            }
        }
    }

    private struct State {
        var source: Source
        var columns = EnvelopeColumns()
    }

    private let label: String
    private let state: Mutex<State>

    /// Opens a read-only connection to a file.
    package init(path: String) throws {
        var connection: OpaquePointer?
        let code = sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let connection else {
            let failure = SQLiteFailure(connection)
            sqlite3_close_v2(connection)
            throw StoreError.wrapping(failure, "open a reader", label: path)
        }
        sqlite3_busy_timeout(connection, 5000)
        sqlite3_extended_result_codes(connection, 1)
        label = path
        state = Self.opened(connection)
    }

    /// Takes over a connection that is open.
    package init(connection: OpaquePointer, label: String) {
        self.label = label
        state = Self.opened(connection)
    }

    private static func opened(_ connection: OpaquePointer) -> Mutex<State> {
        Mutex(
            State(source: .own(StatementCache(connection: connection), StatementCache(connection: connection))))
    }

    /// Reads over the writer's connection.
    package init(sharing database: any DatabaseWriter, connection: OpaquePointer, label: String) {
        self.label = label
        state = Mutex(State(source: .shared(database, StatementCache(connection: connection))))
    }

    deinit { close() }

    /// Gives the connection back; later queries throw `StoreError` with code `closed`.
    package func close() {
        state.withLock { state in
            switch state.source {
            case .own(let cache, let snapshots):
                cache.clear()
                snapshots.clear()
                sqlite3_close_v2(cache.connection)
            case .shared(let database, let cache):
                database.unsafeReentrantWrite { _ in cache.clear() }
            case .closed: break
            }
            state.source = .closed
        }
    }

    /// Runs a query while no other thread uses the connection.
    package func query<Value: Sendable>(
        _ subject: String, _ body: (StatementCache<ReadSQL>, inout EnvelopeColumns) throws -> Value
    ) throws -> Value {
        do {
            return try state.withLock { state in
                switch state.source {
                case .own(let cache, _): return try body(cache, &state.columns)
                case .shared(let database, let cache):
                    return try database.unsafeReentrantWrite { _ in try body(cache, &state.columns) }
                case .closed: throw StoreError(.closed, "\(label): cannot read \(subject), the store is closed")
                }
            }
        } catch {
            throw StoreError.wrapping(error, "read \(subject)", label: label)
        }
    }

    /// Reads over the writer's connection begin no transaction: they would meet the writer's own.
    package func together<Result>(_ queries: () throws -> Result) throws -> Result {
        try snapshot(.begin)
        defer { try? snapshot(.end) }
        return try queries()
    }

    private func snapshot(_ sql: SnapshotSQL) throws {
        do {
            try state.withLock { state in
                guard let snapshots = state.source.snapshots else { return }
                let isOpen = sqlite3_get_autocommit(snapshots.connection) == 0
                if isOpen == (sql == .end) { try snapshots.begin(sql).run() }
            }
        } catch {
            throw StoreError.wrapping(error, "read", label: label)
        }
    }

    func rows<Row: Sendable>(
        _ subject: String, _ sql: ReadSQL, _ read: (PreparedStatement) throws -> Row,
        bind: (PreparedStatement) -> Void
    ) throws -> [Row] {
        try query(subject) { cache, _ in
            let statement = try cache.begin(sql)
            bind(statement)
            return try statement.rows(read)
        }
    }

    func first<Row: Sendable>(
        _ subject: String, _ sql: ReadSQL, _ read: (PreparedStatement) throws -> Row,
        bind: (PreparedStatement) -> Void
    ) throws -> Row? {
        try query(subject) { cache, _ in
            let statement = try cache.begin(sql)
            bind(statement)
            return try statement.first(read)
        }
    }

    /// The different values of an indexed column among the rows of a component, ascending. Jumps from value to value in
    /// the index, so that the cost is the number of values, not of rows.
    ///
    /// - Parameters:
    ///   - first: finds the lowest value, from the empty text on.
    ///   - next: finds the lowest value above the one before.
    func distinctTexts(
        _ subject: String, of component: String, first: ReadSQL, next: ReadSQL
    ) throws -> [String] {
        try query(subject) { cache, _ in
            var texts: [String] = []
            while true {
                let statement = try cache.begin(texts.isEmpty ? first : next)
                statement.bind(component)
                statement.bind(texts.last ?? "")
                guard let text = try statement.first({ $0.text() }) else { return texts }
                texts.append(text)
            }
        }
    }
}

// The log.
extension SQLiteReader {
    package func highWater() throws -> HighWater {
        try query("the highest ids") { cache, _ in try Self.highWater(cache) }
    }

    /// The highest ids of rows that are there, and of rows that were removed.
    package static func highWater(_ cache: StatementCache<ReadSQL>) throws -> HighWater {
        let removed = try savedHighWater(cache)
        let there = try cache.begin(.highWater).first { row in
            HighWater(instance: row.id(), incident: row.id(), mailbox: row.int64(), position: row.int64())
        }
        var high = HighWater()
        for name in MetaName.allCases { high[name] = max(removed[name], there?[name] ?? 0) }
        return high
    }

    /// The ids in `meta`.
    package static func savedHighWater(_ cache: StatementCache<ReadSQL>) throws -> HighWater {
        var saved = HighWater()
        for (name, value) in try cache.begin(.removedIDs).rows({ ($0.text(), $0.int64()) }) {
            if let name = MetaName(rawValue: name) { saved[name] = value }
        }
        return saved
    }

    package func records(after position: Int64, limit: Int) throws -> [LogRecord] {
        try query("messages") { cache, columns in
            let statement = try cache.begin(.recordsAfter)
            statement.bind(position)
            statement.bind(limit)
            return try statement.rows { try LogRecord($0, &columns) }
        }
    }

    package func record(at position: Int64) throws -> LogRecord? {
        try record("message \(position)", .recordAt) { $0.bind(position) }
    }

    package func record(id: MessageID) throws -> LogRecord? {
        try record("message \(id)", .recordByID) { $0.bind(id.rawValue) }
    }

    private func record(
        _ subject: @autoclosure () -> String, _ sql: ReadSQL, bind: (PreparedStatement) -> Void
    ) throws -> LogRecord? {
        try query("a message") { cache, columns in
            let statement = try cache.begin(sql)
            bind(statement)
            return try statement.first { try LogRecord($0, &columns) }
        }
    }

    package func trimmedPosition() throws -> Int64 {
        try first("where the log begins", .trimmed, { $0.int64() }, bind: { _ in }) ?? 0
    }

    package func logHolds() throws -> [LogHold] {
        try query("what holds the log") { cache, _ in try Self.logHolds(cache) }
    }

    package static func logHolds(_ cache: StatementCache<ReadSQL>) throws -> [LogHold] {
        func hold(_ sql: ReadSQL, _ reason: (PreparedStatement) -> LogHold.Reason) throws -> LogHold? {
            let found = try cache.begin(sql).first { row in
                // The lowest place of none is NULL.
                row.optionalInt64().map { LogHold(position: $0, reason: reason(row)) }
            }
            return found ?? nil
        }
        let holds = [
            try hold(.placeHold) { .place(subscription: $0.text()) },
            try hold(.parkedHold) { .parked(subscription: $0.text(), key: $0.text()) },
            try hold(.bufferedHold) { .buffered(component: $0.text(), process: $0.text()) },
            try hold(.mailboxHold) { .mailbox(instance: $0.id()) },
            try hold(.incidentHold) { .incident($0.id()) },
        ]
        return holds.compactMap(\.self).sorted { $0.position < $1.position }
    }

    package func oldestInbox() throws -> Timestamp? {
        let oldest = try first("the inbox", .oldestInbox, { $0.optionalInt64() }, bind: { _ in }) ?? nil
        return oldest.map(Timestamp.init(microseconds:))
    }

    package func position(of subscription: String) throws -> PositionRow? {
        let read = { (row: PreparedStatement) in
            try PositionRow(
                subscription: subscription, position: row.int64(), completed: CompletedText.decode(row.text()),
                version: row.int())
        }
        return try first("a position", .position, read) { $0.bind(subscription) }
    }

    package func inboxContains(subscription: String, message: MessageID) throws -> Bool {
        try first(
            "the inbox", .inboxContains, { _ in true },
            bind: {
                $0.bind(subscription)
                $0.bind(message.rawValue)
            }) ?? false
    }
}

// Instances and what belongs to them.
extension SQLiteReader {
    package func instance(_ id: InstanceID) throws -> InstanceRow? {
        try first("an instance", .instance, InstanceRow.init) { $0.bind(id) }
    }

    package func instance(component: String, process: String, key: String) throws -> InstanceRow? {
        try first("an instance", .instanceByKey, InstanceRow.init) {
            $0.bind(component)
            $0.bind(process)
            $0.bind(key)
        }
    }

    package func instances(component: String, status: InstanceStatus, after id: InstanceID, limit: Int) throws
        -> [InstanceRow]
    {
        try rows("instances", .instancesByStatus, InstanceRow.init) {
            $0.bind(component)
            $0.bind(status.rawValue)
            $0.bind(id)
            $0.bind(limit)
        }
    }

    package func journal(of instance: InstanceID, after seq: Int64, limit: Int) throws -> [JournalRow] {
        try rows("a journal", .journal, JournalRow.init) {
            $0.bind(instance)
            $0.bind(seq)
            $0.bind(limit)
        }
    }

    package func waits(
        component: String, type: MessageName, key: String, admitting position: Int64, after cursor: OperationID,
        limit: Int
    ) throws -> [WaitRow] {
        try rows("waits", .waits, WaitRow.init) {
            $0.bind(component)
            $0.bind(type.rawValue)
            $0.bind(key)
            $0.bind(cursor.instance)
            $0.bind(cursor.seq)
            $0.bind(position)
            $0.bind(limit)
        }
    }

    package func waits(of instance: InstanceID) throws -> [WaitRow] {
        try rows("waits", .waitsOfInstance, WaitRow.init) { $0.bind(instance) }
    }

    package func waitTypes(component: String) throws -> [MessageName] {
        try distinctTexts("waits", of: component, first: .nextWaitType, next: .nextWaitType)
            .map { MessageName(trusted: $0) }
    }

    package func timers(component: String, after cursor: DueCursor, due: Timestamp, limit: Int) throws -> [TimerRow] {
        try rows("timers", .timers, TimerRow.init) {
            $0.bind(component)
            $0.bind(cursor.due.microseconds)
            $0.bind(cursor.instance)
            $0.bind(cursor.seq)
            $0.bind(due.microseconds)
            $0.bind(limit)
        }
    }

    package func timers(of instance: InstanceID) throws -> [TimerRow] {
        try rows("timers", .timersOfInstance, TimerRow.init) { $0.bind(instance) }
    }

    package func activitySystems(component: String) throws -> [String] {
        try distinctTexts("activities", of: component, first: .firstActivitySystem, next: .nextActivitySystem)
    }

    package func scheduledActivities(
        component: String, system: String, after cursor: DueCursor, limit: Int
    ) throws -> [ActivityRow] {
        try rows("activities", .scheduledActivities, ActivityRow.init) {
            $0.bind(component)
            $0.bind(system)
            $0.bind(cursor.due.microseconds)
            $0.bind(cursor.instance)
            $0.bind(cursor.seq)
            $0.bind(limit)
        }
    }

    package func activities(of instance: InstanceID) throws -> [ActivityRow] {
        try rows("activities", .activitiesOfInstance, ActivityRow.init) { $0.bind(instance) }
    }

    package func mailbox(component: String, after seq: Int64, limit: Int) throws -> [MailboxRow] {
        try rows("a mailbox", .mailbox, MailboxRow.init) {
            $0.bind(component)
            $0.bind(seq)
            $0.bind(limit)
        }
    }

    package func mailbox(of instance: InstanceID, after seq: Int64, limit: Int) throws -> [MailboxRow] {
        try rows("a mailbox", .mailboxOfInstance, MailboxRow.init) {
            $0.bind(instance)
            $0.bind(seq)
            $0.bind(limit)
        }
    }
}
