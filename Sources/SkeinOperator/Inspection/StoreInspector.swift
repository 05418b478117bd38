package import SkeinSQLite
import SkeinStorage
import GRDBSQLite
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Looks into a store for people and tools, without changing anything: while a process has it open, and when
/// nobody has.
///
/// Each query sees one committed state. Queries that no index serves say so; they read at most the whole log,
/// and never hold up the owner.
public final class StoreInspector: Sendable {
    /// The path as it was given.
    public let path: String
    /// The process that had the store open when the inspector was made; `nil` for none.
    public let owner: StoreOwner?
    let reader: SQLiteReader

    /// Opens a connection for reading.
    ///
    /// A store that nobody has open is read as it lies there, and no file is made beside it; what an owner
    /// that starts meanwhile writes is not seen then. `follows` is for those who want to see it.
    ///
    /// - Throws: `StoreError`: `notFound`, `notAStore` (the file is left as it is), `linked`, `newerSchema`,
    ///   `corrupt`.
    public init(path: String, follows: Bool = false) throws {
        try Self.checkFile(path)
        self.path = path
        owner = StoreOwner.current(of: path)
        let file = StoreFile.resolve(path)
        var wal = stat()
        let isAtRest = owner == nil && !follows && (stat(file + "-wal", &wal) != 0 || wal.st_size == 0)
        let connection = try Self.open(file, isImmutable: isAtRest, label: path)
        reader = SQLiteReader(connection: connection, label: path)
        try checkSchema()
    }

    /// Opens a connection in the process that has the store open.
    ///
    /// The file is opened by SQLite alone: were it opened and closed in any other way, the system would drop all locks
    /// that this process has on it (POSIX, `fcntl`), and with them SQLite's.
    package init(beside store: SQLiteStore) throws {
        guard let file = store.path else { throw StoreError(.notFound, "a store in memory has no file to look into") }
        (path, owner) = (file, nil)
        reader = SQLiteReader(connection: try Self.open(file, isImmutable: false, label: file), label: file)
        try checkSchema()
    }

    /// Rises whenever another connection has changed the store.
    public func dataVersion() throws -> Int64 {
        try select("PRAGMA data_version") { row, _ in row.int64() }.first ?? 0
    }

    /// Gives the connection back; later queries throw.
    public func close() { reader.close() }

    private static func checkFile(_ path: String) throws {
        var status = stat()
        guard !path.isEmpty, stat(path, &status) == 0 else {
            throw StoreError(.notFound, "there is no store at \(path.isEmpty ? "''" : path)")
        }
        let kind = status.st_mode & S_IFMT
        guard access(path, R_OK) == 0 || kind != S_IFREG && kind != S_IFDIR else {
            throw StoreError(.failed, "\(path) cannot be read by this user")
        }
        guard kind == S_IFREG else { throw StoreError(.notAStore, "\(path) is no file") }
        try StoreFile.checkLinks(path, status)
        guard status.st_size > 0 else { throw StoreError(.notAStore, "\(path) is empty, not a store") }
        try StoreFile.checkHeader(of: path)
    }

    static func open(_ file: String, isImmutable: Bool, label: String) throws -> OpaquePointer {
        var connection: OpaquePointer?
        var name = file
        if isImmutable {
            name = "file:" + escaped(file) + "?immutable=1"
        }
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | (isImmutable ? SQLITE_OPEN_URI : 0)
        guard sqlite3_open_v2(name, &connection, flags, nil) == SQLITE_OK, let connection else {
            let failure = SQLiteFailure(connection)
            sqlite3_close_v2(connection)
            throw StoreError.wrapping(failure, "open it for reading", label: label)
        }
        sqlite3_busy_timeout(connection, 5000)
        sqlite3_extended_result_codes(connection, 1)
        return connection
    }

    private static func escaped(_ file: String) -> String {
        file.unicodeScalars.map { scalar in
            switch scalar {
            case "%": "%25"
            case "?": "%3f"
            case "#": "%23"
            default: String(scalar)
            }
        }.joined()
    }

    private func checkSchema() throws {
        func number(_ sql: String) throws -> Int64 { try select(sql) { row, _ in row.int64() }.first ?? 0 }
        guard try number("PRAGMA application_id") == Int64(Schema.applicationID) else {
            throw StoreError(.notAStore, "\(path) is a SQLite database of another application, not a store")
        }
        let version = try number("PRAGMA user_version")
        guard version <= Int64(Schema.currentVersion) else {
            throw StoreError(
                .newerSchema,
                "\(path) has schema version \(version), this software knows versions up to \(Schema.currentVersion); "
                    + "update the software")
        }
        for view in Schema.viewsOfEarlierTables(version) { _ = try select(view) { _, _ in } }
    }
}

/// A value in the place of a `?`.
enum SQLBind {
    case text(String)
    case number(Int64)
}

extension StoreInspector {
    /// Runs a query that is put together at run time.
    func select<Row: Sendable>(
        _ sql: String, _ binds: [SQLBind] = [], _ read: (PreparedStatement, inout EnvelopeColumns) throws -> Row
    ) throws -> [Row] {
        try reader.query("the store") { cache, columns in
            let statement = try PreparedStatement(sql, connection: cache.connection, arena: BindArena())
            statement.begin()
            for bind in binds {
                switch bind {
                case .text(let text): statement.bind(text)
                case .number(let number): statement.bind(number)
                }
            }
            return try statement.rows { try read($0, &columns) }
        }
    }

    static func list(_ columns: [String]) -> String { columns.map { "\"\($0)\"" }.joined(separator: ", ") }
}

/// Conditions of a query, joined by AND.
struct SQLConditions {
    private(set) var texts: [String] = []
    private(set) var binds: [SQLBind] = []

    mutating func add(_ text: String, _ binds: SQLBind...) {
        texts.append(text)
        self.binds += binds
    }

    mutating func add(_ column: String, equals value: String?) {
        if let value { add("\(column) = ?", .text(value)) }
    }

    var sql: String { texts.isEmpty ? "" : " WHERE " + texts.joined(separator: " AND ") }
}
