import SkeinStorage
import GRDB
import GRDBSQLite
import SkeinCore

/// The one writer of a store: applies batches and appends, and remembers what the open transaction has given out.
///
/// Proof for `@unchecked`: every member is touched only inside a write access of the store's GRDB writer, which runs
/// one at a time on its serial queue.
final class SQLiteWriter: @unchecked Sendable {
    private var rows: RowWriter
    private var columns = EnvelopeColumns()
    /// What the rows' writer has noted, as last committed.
    private var stored: RowWriter.Marks
    private let transaction = WriteTransaction()
    /// `nil` for a store in memory.
    private let room: LogRoom?
    private let limit: EnlistmentLimit
    /// What the enlistments of the unit in progress have appended; `nil` outside one.
    private var enlisted: [LogRecord]?
    /// What the user's open transaction has appended; `nil` while it has appended nothing.
    private var foreign: [LogRecord]?
    private(set) var isClosed = false
    /// How many commits have changed the file.
    private(set) var commitCount = 0
    /// Why a message of another driver cannot be taken into the log; set by the runtime, which knows the components.
    var checkForeign: (@Sendable (Envelope) -> String?)?

    let connection: OpaquePointer

    /// - Parameter path: the store's file; `nil` for a store in memory.
    init(connection: OpaquePointer, path: String?, limit: EnlistmentLimit) throws {
        self.connection = connection
        self.limit = limit
        room = path.map { LogRoom(connection: connection, path: $0 + "-wal") }
        rows = try RowWriter(connection: connection)
        stored = rows.marks
    }

    func close() {
        isClosed = true
        transaction.close()
        rows.close()
    }

    /// An error of a unit that concerns the whole batch.
    private struct BatchFailure: Error { let cause: any Error }
    /// SQLite has rolled the whole transaction back because of one unit.
    private struct LostTransaction: Error {
        let unit: Int
        let cause: any Error
    }
}

// Commits.
extension SQLiteWriter {
    struct Committed {
        var outcomes: [UnitOutcome]
        /// Messages of other drivers that this commit has moved into the log.
        var relayed: [LogRecord]
    }

    /// Makes a batch durable; where SQLite gives up the transaction because of one unit, again without that unit.
    func commit(_ batch: CommitBatch, in db: Database) throws -> Committed {
        var excluded: [Int: any Error] = [:]
        while true {
            do {
                let changes = sqlite3_total_changes(connection)
                let committed = try attempt(batch, excluding: excluded, in: db)
                if sqlite3_total_changes(connection) != changes { commitCount += 1 }
                stored = rows.marks
                return committed
            } catch let lost as LostTransaction {
                rows.reset(to: stored)
                excluded[lost.unit] = lost.cause
            } catch {
                rows.reset(to: stored)
                throw (error as? BatchFailure)?.cause ?? error
            }
        }
    }

    private func attempt(
        _ batch: CommitBatch, excluding excluded: [Int: any Error], in db: Database
    ) throws -> Committed {
        var result = Committed(
            outcomes: Array(repeating: .committed([]), count: batch.units.count), relayed: [])
        let joined = batch.units.indices.filter { !batch.units[$0].enlistments.isEmpty }
        try transaction.run(in: db, withUserCode: !joined.isEmpty) {
            result.relayed = try relay(limit: SQLiteStore.relayBatch)
            var failed: Set<Int> = []
            for (index, unit) in batch.units.enumerated() {
                if unit.enlistments.isEmpty { result.outcomes[index] = .committed(try apply(unit)) }
            }
            for index in joined {
                let error = try excluded[index] ?? enlist(batch.units[index], index, in: db, &result.outcomes[index])
                guard let error else { continue }
                result.outcomes[index] = .failed(error)
                failed.insert(index)
            }
            for row in batch.positions(failed) { try rows.put(row) }
            try rows.saveHighWater()
            room?.extend()
        }
        return result
    }

    private func apply(_ unit: CommitUnit) throws -> [LogRecord] {
        var records: [LogRecord] = []
        if !unit.appends.isEmpty { records.reserveCapacity(unit.appends.count) }
        for outgoing in unit.appends {
            if let record = try append(outgoing) { records.append(record) }
        }
        for write in unit.writes { try rows.apply(write) }
        return records
    }

    /// Applies a unit with enlistments under a savepoint; returns what it failed with.
    private func enlist(
        _ unit: CommitUnit, _ index: Int, in db: Database, _ outcome: inout UnitOutcome
    ) throws -> (any Error)? {
        let marks = rows.marks
        do {
            try db.inSavepoint {
                var records: [LogRecord]
                do { records = try apply(unit) } catch { throw BatchFailure(cause: error) }
                enlisted = []
                defer { enlisted = nil }
                do {
                    try limit.run(on: connection) { try run(unit.enlistments, in: db) }
                } catch {
                    throw isStorageFailure(connection) ? BatchFailure(cause: error) : error
                }
                records += try surviving(enlisted ?? [])
                outcome = .committed(records)
                return .commit
            }
            return nil
        } catch let failure as BatchFailure {
            throw failure
        } catch {
            if !isInTransaction { throw LostTransaction(unit: index, cause: error) }
            rows.marks = marks
            return error
        }
    }

    private func run(_ enlistments: [any Enlistment], in db: Database) throws {
        for enlistment in enlistments {
            guard let enlistment = enlistment as? SQLiteEnlistment else {
                throw StoreError(
                    .foreignEnlistment,
                    "a \(type(of: enlistment)) cannot join a commit of a SQLite store; use a SQLiteEnlistment")
            }
            try enlistment.body(db)
            if !isInTransaction {
                throw StoreError(.failed, "a change that joined the commit has ended its transaction; it must not")
            }
        }
        // A violated deferred key would fail the COMMIT, and with it the units of others.
        var (violated, ignored): (Int32, Int32) = (0, 0)
        sqlite3_db_status(connection, SQLITE_DBSTATUS_DEFERRED_FKS, &violated, &ignored, 0)
        if violated != 0 {
            throw DatabaseError(
                resultCode: .SQLITE_CONSTRAINT_FOREIGNKEY,
                message: "a change that joined the commit leaves foreign keys violated")
        }
    }

    private var isInTransaction: Bool { sqlite3_get_autocommit(connection) == 0 }
}

// The log.
extension SQLiteWriter {
    /// Appends a message unless its id is in the log already.
    private func append(_ outgoing: Outgoing) throws -> LogRecord? {
        let position = rows.marks.high.position + 1
        let envelope = outgoing.envelope
        guard try !rows.isTrimmed(envelope.id) else { return nil }
        let statement = try rows.statements.begin(.insertEvent)
        statement.bind(columns.topic(of: envelope.metadata.name))
        statement.bind(StableHash.partition(of: envelope.metadata.subject))
        statement.bind(position)
        try columns.bind(envelope, to: statement)
        statement.bind(outgoing.origin?.text)
        try statement.run()
        guard sqlite3_changes(connection) == 1 else { return nil }
        rows.marks.high.position = position
        return LogRecord(position: position, envelope: envelope, value: outgoing.value, origin: outgoing.origin)
    }

    /// Appends in the transaction that is open, a commit's or the user's own.
    ///
    /// - Parameter report: called after the user's transaction has committed.
    func append(
        _ outgoing: [Outgoing], in db: Database, report: @escaping @Sendable ([LogRecord]) -> Void
    ) throws -> [LogRecord] {
        let records = try outgoing.compactMap(append)
        if enlisted != nil {
            enlisted?.append(contentsOf: records)
            return records
        }
        if foreign == nil {
            foreign = []
            db.afterNextTransaction(
                onCommit: { _ in self.foreignTransactionDidCommit(report) },
                onRollback: { _ in
                    self.foreign = nil
                    self.rows.reset(to: self.stored)
                })
        }
        foreign?.append(contentsOf: records)
        return records
    }

    private func foreignTransactionDidCommit(_ report: ([LogRecord]) -> Void) {
        let appended = foreign ?? []
        foreign = nil
        stored = rows.marks
        // A failing read here must not hide committed messages; reporting too many is the safe side.
        let records = (try? surviving(appended)) ?? appended
        if !records.isEmpty { report(records) }
    }

    /// Those records that no savepoint of the user's has rolled back.
    private func surviving(_ records: [LogRecord]) throws -> [LogRecord] {
        try records.filter { record in
            let statement = try rows.statements.begin(.eventExists)
            statement.bind(record.position)
            return try statement.first { _ in true } ?? false
        }
    }

    /// Moves the oldest rows of the outbox into the log. Costs one look at an index when there are none.
    private func relay(limit: Int) throws -> [LogRecord] {
        let statement = try rows.statements.begin(.selectOutbox)
        statement.bind(limit)
        let unsent = try statement.rows { row in
            let seq = row.int64()
            return (seq, Result { try columns.read(row) })
        }
        var records: [LogRecord] = []
        for (seq, envelope) in unsent {
            switch envelope {
            case .success(let envelope):
                if let problem = checkForeign?(envelope) {
                    try reject(seq, because: problem)
                    continue
                }
                if let record = try append(Outgoing(envelope)) { records.append(record) }
                try rows.run(.deleteOutbox) { $0.bind(seq) }
            case .failure(let error):
                try reject(seq, because: String(describing: error))
            }
        }
        return records
    }

    private func reject(_ seq: Int64, because problem: String) throws {
        try rows.run(.rejectOutbox) {
            $0.bind(problem)
            $0.bind(seq)
        }
    }

    /// Moves rows of the outbox into the log in a transaction of their own.
    func relayOutbox(limit: Int, in db: Database) throws -> [LogRecord] {
        var records: [LogRecord] = []
        do {
            try transaction.run(in: db, withUserCode: false) { records = try relay(limit: limit) }
            stored = rows.marks
            return records
        } catch {
            rows.reset(to: stored)
            throw error
        }
    }
}
