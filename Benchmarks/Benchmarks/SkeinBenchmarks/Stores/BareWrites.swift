import Foundation
import GRDBSQLite
import Skein

/// The limit that SQLite sets: recorded writes once more, in the same commits, to a new store, by prepared statements
/// and nothing else.
enum BareWrites {
    /// What all commits take together, to a log of changes (`-wal`) that has room for them: a sync of a file that grows
    /// takes longer.
    ///
    /// - Throws: ``UnexpectedOutcome`` when SQLite refuses something.
    static func measure(_ recording: RecordedWrites.Recording) async throws -> Duration {
        let file = try BenchFolder.file("bare")
        // Only for its tables.
        try SQLiteStore.sqlite(file).close()
        var connection: OpaquePointer?
        try check(sqlite3_open(file, &connection), connection)
        for pragma in ["journal_mode = WAL", "synchronous = FULL", "cache_size = -32768", "wal_autocheckpoint = 4000"] {
            try check(sqlite3_exec(connection, "PRAGMA \(pragma)", nil, nil, nil), connection)
        }
        try check(sqlite3_exec(connection, "CREATE TABLE room(x)", nil, nil, nil), connection)
        try makeRoom(in: file + "-wal")
        let (begin, commit) = (
            try statement("BEGIN IMMEDIATE", connection), try statement("COMMIT", connection)
        )
        let statements = try recording.templates.map { try statement($0, connection) }
        let time = try await elapsed {
            for writes in recording.commits {
                try run(begin, connection)
                for write in writes {
                    let statement = statements[write.template]
                    for (index, value) in write.values.enumerated() { bind(value, Int32(index + 1), statement) }
                    try run(statement, connection)
                }
                try run(commit, connection)
            }
        }
        for statement in statements + [begin, commit] { sqlite3_finalize(statement) }
        try check(sqlite3_close(connection), nil)
        try BenchFolder.remove(file: file)
        return time
    }

    private static func makeRoom(in log: String) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: log))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(count: 32 * 1024 * 1024))
        try handle.synchronize()
    }

    private static func statement(_ sql: String, _ connection: OpaquePointer?) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(connection, sql, -1, &statement, nil), connection)
        return statement
    }

    private static func run(_ statement: OpaquePointer?, _ connection: OpaquePointer?) throws {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        try check(code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code, connection)
    }

    private static func bind(_ value: RecordedWrites.Value, _ index: Int32, _ statement: OpaquePointer?) {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .text(let text): sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), transient)
        case .blob(let bytes): sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), transient)
        }
    }

    private static func check(_ code: Int32, _ connection: OpaquePointer?) throws {
        guard code != SQLITE_OK else { return }
        throw UnexpectedOutcome(description: "SQLite: \(String(cString: sqlite3_errmsg(connection)))")
    }
}
