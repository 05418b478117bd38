public import SkeinStorage
public import GRDB
import GRDBSQLite
public import SkeinCore
import Synchronization

/// A store in one SQLite file, without a server. The default of the runtime.
///
/// ```swift
/// let store = try SQLiteStore(path: "hello.db")
/// ```
///
/// The file belongs to one process at a time; others may open it read-only with any SQLite tool while it is owned. The
/// file is in WAL mode, so `hello.db-wal` and `hello.db-shm` belong to it while it is open; `hello.db.owner` names the
/// owner.
///
/// Users keep tables of their own in the same file through ``database``, and change them together with what the runtime
/// stores (`HandlerContext.transaction(_:)`), or publish from their own transactions
/// (`Client.publish(_:storedIn:)`).
public final class SQLiteStore: Store {
    /// What a store can be opened with.
    package struct Configuration: Sendable {
        /// What a commit survives. ``Durability/full`` unless set.
        package var durability: Durability = .full
        /// How long the enlistments of one unit may run before the unit fails. 5 seconds unless set.
        package var enlistmentTimeLimit: Duration = .seconds(5)
        /// How long a commit, or a write access of the user's, waits while another process writes to the file: a driver
        /// that fills the outbox, a person at a SQLite shell. A commit that has waited so long fails, and with it the
        /// runtime. 60 seconds unless set.
        package var lockTimeLimit: Duration = .seconds(60)
        /// The page cache of the writer, in kibibytes. 32 MiB unless set.
        package var cacheSizeInKibibytes = 32_768
        /// How many of the user's own reads of ``SQLiteStore/database`` may run at once. 4 unless set.
        package var maximumReaderCount = 4
        /// The socket to announce in the owner file, for tools that want to talk to the owner.
        package var socket: String?
        /// The clock of the time limit of enlistments.
        package var now: @Sendable () -> ContinuousClock.Instant = { .now }

        /// Everything as stated above.
        package init() {}
    }

    /// What a commit survives once it has returned.
    public enum Durability: Sendable {
        /// The death of the process and of the machine (`PRAGMA synchronous = FULL`).
        case full
        /// The death of the process; a loss of power may take the newest commits away, whole ones and from the end
        /// (`PRAGMA synchronous = NORMAL`).
        case relaxed
    }

    /// How many rows of the outbox one commit moves along at most.
    static let relayBatch = 1000

    /// The label of a store in memory.
    static let memoryLabel = "SQLite in memory"

    /// The path as it was given, or `SQLite in memory`.
    public let label: String

    /// The store's own GRDB writer, for the user's tables.
    ///
    /// - Ordering: its write accesses and the runtime's commits are one sequence; while one runs, the others wait.
    /// - The tables of the store are to be changed only through the store.
    public var database: any DatabaseWriter { writerDatabase }

    private let writerDatabase: any DatabaseWriter
    private let writer: SQLiteWriter
    private let lock: OwnerLock?
    private let files: StoreFiles?
    package let path: String?
    private let observers = Mutex(Observers())
    private let readers = Mutex<[WeakReader]>([])

    private struct Observers: Sendable { var appends: (@Sendable ([LogRecord]) -> Void)? }
    private struct WeakReader: Sendable { weak var reader: SQLiteReader? }

    /// Opens the store in a file, and creates it where there is none.
    ///
    /// - Parameter durability: what a commit survives.
    /// - Throws: `StoreError`: `owned` with the process that has it, `notFound` (no such folder), `readOnly`,
    ///   `notAStore` (another kind of file; it is left as it is), `linked`, `newerSchema`, `corrupt`, `full`,
    ///   `writeFailed`, `limited`.
    public convenience init(path: String, durability: Durability = .full) throws {
        var configuration = Configuration()
        configuration.durability = durability
        try self.init(path: path, configuration: configuration)
    }

    package convenience init(path: String, configuration: Configuration) throws {
        try DescriptorLimit.check(for: path)
        try AddressSpaceLimit.check(for: path)
        try StoreFile.check(path)
        let (file, lock) = try OwnerLock.take(path, socket: configuration.socket)
        do {
            let pool = try DatabasePool(path: file, configuration: Self.connectionConfiguration(configuration))
            try lock.lockStore(at: file)
            try self.init(database: pool, configuration: configuration, label: path, path: file, lock: lock)
        } catch {
            lock.release()
            throw StoreError.wrapping(error, "open the store", label: path)
        }
    }

    /// A new store in memory, gone when it is released. Its reads and commits exclude each other.
    public static func inMemory() throws -> SQLiteStore {
        let configuration = Configuration()
        let queue = try DatabaseQueue(configuration: connectionConfiguration(configuration))
        return try SQLiteStore(
            database: queue, configuration: configuration, label: memoryLabel, path: nil, lock: nil)
    }

    private init(
        database: any DatabaseWriter, configuration: Configuration, label: String, path: String?, lock: OwnerLock?
    ) throws {
        writer = try database.writeWithoutTransaction { db in
            try Self.prepare(db, configuration)
            try Schema.migrate(db)
            guard let connection = db.sqliteConnection else {
                throw StoreError(.closed, "\(label): the connection is closed")
            }
            return try SQLiteWriter(
                connection: connection, path: path,
                limit: EnlistmentLimit(configuration.enlistmentTimeLimit, now: configuration.now))
        }
        (writerDatabase, self.label, self.path, self.lock) = (database, label, path, lock)
        files = path.map { StoreFiles(path: $0) }
        files?.note()
    }

    deinit { try? close() }

    private static func connectionConfiguration(_ configuration: Configuration) -> GRDB.Configuration {
        var result = GRDB.Configuration()
        result.label = "skein.store"
        result.busyMode = .timeout(configuration.lockTimeLimit / .seconds(1))
        result.maximumReaderCount = configuration.maximumReaderCount
        return result
    }

    /// Settings of the writer. They come after GRDB's own, which sets `synchronous` to NORMAL in WAL mode.
    private static func prepare(_ db: Database, _ configuration: Configuration) throws {
        try db.execute(sql: "PRAGMA synchronous = \(configuration.durability == .full ? "FULL" : "NORMAL")")
        try db.execute(sql: "PRAGMA cache_size = -\(configuration.cacheSizeInKibibytes)")
        // 16 MiB instead of 4: each checkpoint costs two syncs of its own, and rewrites pages that change often.
        try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
    }
}

extension SQLiteStore {
    /// Makes a batch durable in one transaction, together with what other drivers have put into the outbox.
    ///
    /// - Cost: one sync of the disk at ``Durability/full``, however many units; about ten microseconds without it.
    /// - Throws: `StoreError`; with code `replaced` when the file, its log of changes or its folder was removed or
    ///   replaced since the store was opened. The files are checked before a commit is acknowledged, so no acknowledged
    ///   commit was written to a file that had already lost its name.
    public func commit(_ batch: CommitBatch) throws -> [UnitOutcome] {
        try write("commit") { db in
            let committed = try writer.commit(batch, in: db)
            try checkFiles(db)
            var records = committed.relayed
            for case .committed(let appended) in committed.outcomes { records += appended }
            report(records.sorted { $0.position < $1.position })
            return committed.outcomes
        }
    }

    /// A reader with a connection of its own, so that it and commits do not wait for each other.
    public func makeReader() throws -> any StoreReader {
        let reader: SQLiteReader
        if let path {
            try write("open a reader") { try checkFiles($0) }
            reader = try SQLiteReader(path: path)
        } else {
            reader = try write("open a reader") { _ in
                SQLiteReader(sharing: writerDatabase, connection: writer.connection, label: label)
            }
        }
        readers.withLock { readers in
            readers.removeAll { $0.reader == nil }
            readers.append(WeakReader(reader: reader))
        }
        return reader
    }

    /// Sets who hears of appended messages, whoever has appended them.
    ///
    /// The observer is called on the writer's queue: it must return soon and must not call the store.
    public func observeAppends(_ observer: (@Sendable ([LogRecord]) -> Void)?) {
        observers.withLock { $0.appends = observer }
    }

    /// Sets who says why a row of the outbox is no message for the log; such a row stays, with the reason.
    public func checkForeign(_ problem: (@Sendable (Envelope) -> String?)?) {
        writerDatabase.unsafeReentrantWrite { _ in writer.checkForeign = problem }
    }

    /// Writes the log of changes back into the file, closes all connections and gives the file to others.
    ///
    /// When there is no room to write the log back, it stays beside the file. It holds every commit, and the next owner
    /// reads them from there.
    ///
    /// A second call does nothing. Readers of this store throw afterwards.
    public func close() throws {
        let isFirst = writerDatabase.unsafeReentrantWrite { _ in
            let isFirst = !writer.isClosed
            writer.close()
            return isFirst
        }
        guard isFirst else { return }
        for reader in readers.withLock({ $0 }) { reader.reader?.close() }
        defer { lock?.release() }
        do {
            if path != nil {
                _ = try? writerDatabase.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            }
            try writerDatabase.close()
        } catch {
            throw StoreError.wrapping(error, "close the store", label: label)
        }
    }

    /// How many commits have changed the file since the store was opened. At ``Durability/full`` each of them has
    /// synced the log of changes once.
    package var commitCount: Int { writerDatabase.unsafeReentrantWrite { _ in writer.commitCount } }

    /// Closes a store in a file. A store in memory stays open for the next runtime.
    public func release() throws {
        if path != nil { try close() }
    }

    /// Looks through the whole file for damage; the answer is empty for a sound one.
    ///
    /// Costs as much as reading the whole file, while commits go on waiting.
    package func integrityCheck() throws -> [String] {
        try write("check the file") { db in
            try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        }
    }
}

extension SQLiteStore {
    /// Publishes messages in a transaction of the user's: its commit publishes them, its rollback takes them back.
    ///
    /// Works inside a `SQLiteEnlistment`, whose unit then reports the records, and inside a write access of
    /// ``database``.
    ///
    /// - Ordering: positions follow the order of commits, since the store's write accesses exclude each other.
    /// - Returns: The records of the messages, without those whose ids are in the log already.
    /// - Throws: `StoreError` with code `failed` when `db` is no connection of this store's writer or no transaction
    ///   is open.
    @discardableResult
    package func append(_ outgoing: [Outgoing], in db: Database) throws -> [LogRecord] {
        guard db.sqliteConnection == writer.connection else {
            throw StoreError(.failed, "\(label): the transaction belongs to another database; use the store's own")
        }
        guard db.isInsideTransaction else {
            throw StoreError(.failed, "\(label): publishing needs a transaction; use database.write { db in … }")
        }
        do {
            return try writer.append(outgoing, in: db) { [weak self] in self?.report($0) }
        } catch {
            throw StoreError.wrapping(error, "append messages", label: label)
        }
    }

    /// Moves messages that other drivers have put into the outbox (see ``OutboxStatement``) into the log, oldest first.
    ///
    /// Every commit does this by itself, and so does the start of a runtime; call it, or `skein store relay`, when rows
    /// have come and nothing else commits. The records are also reported to the append observer. A row that is no
    /// message stays, with the reason in its column `error`.
    ///
    /// - Parameter limit: the largest number of rows to move, 1 or more.
    @discardableResult
    package func relayOutbox(limit: Int = 1000) throws -> [LogRecord] {
        try write("relay the outbox") { db in
            let records = try writer.relayOutbox(limit: limit, in: db)
            try checkFiles(db)
            report(records)
            return records
        }
    }

    /// Moves all messages that other drivers have put into the outbox (see ``OutboxStatement``) into the log.
    public func relayForeign() throws {
        while try !relayOutbox(limit: Self.relayBatch).isEmpty {}
    }

    /// Tells tools that find the store owned over which socket its owner takes requests.
    package func announce(socket: String?) { lock?.announce(socket: socket) }

    /// Makes the file that names the owner anew when somebody has removed it.
    package func keepOwnerFile() { lock?.takeName() }

    /// Checks that the files still have their names. If not, writes the log of changes back at once: the log may be the
    /// file without a name, which would disappear with this process.
    private func checkFiles(_ db: Database) throws {
        do {
            try files?.check()
        } catch {
            _ = try? db.checkpoint(.truncate)
            throw error
        }
    }

    /// The error with which the next commit would throw `replaced`, for owners that commit nothing at present; `nil`
    /// while the files have their names, and for a closed store.
    package func findLoss() -> StoreError? {
        guard let files, (try? files.check()) == nil else { return nil }
        do {
            // Closing the store removes the log too; `write` waits for that and then throws.
            try write("check the files of the store") { try checkFiles($0) }
        } catch let error as StoreError where error.code == .replaced {
            return error
        } catch {}
        return nil
    }

    private func report(_ records: [LogRecord]) {
        guard !records.isEmpty, let observer = observers.withLock({ $0.appends }) else { return }
        observer(records)
    }

    private func write<Value>(_ action: String, _ body: (Database) throws -> Value) throws -> Value {
        do {
            return try writerDatabase.writeWithoutTransaction { db in
                guard !writer.isClosed else {
                    throw StoreError(.closed, "\(label): cannot \(action), the store is closed")
                }
                return try body(db)
            }
        } catch {
            if !(error is StoreError) { try files?.check() }
            throw StoreError.wrapping(error, action, label: label)
        }
    }
}

extension Store where Self == SQLiteStore {
    /// The store in a SQLite file; see ``SQLiteStore/init(path:durability:)``.
    public static func sqlite(_ path: String, durability: SQLiteStore.Durability = .full) throws -> SQLiteStore {
        try SQLiteStore(path: path, durability: durability)
    }
}
