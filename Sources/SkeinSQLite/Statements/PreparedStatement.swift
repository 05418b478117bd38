import GRDBSQLite

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// One compiled statement, bound and read from left to right.
///
/// It speaks to SQLite directly: on the append path the checks that GRDB makes for each row would cost more than the
/// row.
package final class PreparedStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let arena: BindArena
    private var parameter: Int32 = 0
    private var column: Int32 = 0

    package init(_ sql: String, connection: OpaquePointer, arena: BindArena) throws {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLiteFailure(connection) }
        (self.handle, self.connection, self.arena) = (handle, connection, arena)
    }

    deinit { sqlite3_finalize(handle) }

    package func begin() {
        sqlite3_reset(handle)
        arena.clear()
        parameter = 0
    }

    /// Runs a statement that returns no rows.
    package func run() throws {
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            let failure = SQLiteFailure(connection)
            sqlite3_reset(handle)
            throw failure
        }
        sqlite3_reset(handle)
    }

    /// Goes to the next row; resets the statement after the last, so that it keeps no read transaction open.
    package func step() throws -> Bool {
        column = 0
        switch sqlite3_step(handle) {
        case SQLITE_ROW:
            return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default:
            let failure = SQLiteFailure(connection)
            sqlite3_reset(handle)
            throw failure
        }
    }

    /// All rows, each read by `read`.
    package func rows<Row>(_ read: (PreparedStatement) throws -> Row) throws -> [Row] {
        defer { sqlite3_reset(handle) }
        var rows: [Row] = []
        while try step() { rows.append(try read(self)) }
        return rows
    }

    /// The first row, if there is one.
    package func first<Row>(_ read: (PreparedStatement) throws -> Row) throws -> Row? {
        defer { sqlite3_reset(handle) }
        return try step() ? try read(self) : nil
    }
}

// The results of sqlite3_bind are not looked at: the parameter counts are fixed with the statements, and an over-long
// value is refused by the step that follows (SQLITE_TOOBIG leaves the parameter NULL in a NOT NULL column).
extension PreparedStatement {
    package func bind(_ value: Int64) {
        parameter += 1
        sqlite3_bind_int64(handle, parameter, value)
    }

    package func bind(_ value: Int) { bind(Int64(value)) }

    package func bind(_ value: Int64?) {
        if let value { bind(value) } else { bindNull() }
    }

    package func bind(_ id: some RawRepresentable<Int64>) { bind(id.rawValue) }

    package func bind(_ id: (some RawRepresentable<Int64>)?) { bind(id?.rawValue) }

    package func bind(_ text: String) {
        parameter += 1
        let bound: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            bindText(UnsafeRawBufferPointer(bytes))
        }
        if bound == nil { bindText(ofCopy: text) }
    }

    package func bind(_ text: String?) {
        if let text { bind(text) } else { bindNull() }
    }

    package func bind(_ data: Data) {
        parameter += 1
        guard !data.isEmpty else {
            sqlite3_bind_zeroblob(handle, parameter, 0)
            return
        }
        data.withUnsafeBytes { (bytes) -> Void in
            if let copy = arena.copy(bytes) {
                sqlite3_bind_blob64(handle, parameter, copy, UInt64(bytes.count), nil)
            } else {
                sqlite3_bind_blob64(handle, parameter, bytes.baseAddress, UInt64(bytes.count), Self.transient)
            }
        }
    }

    package func bind(_ data: Data?) {
        if let data { bind(data) } else { bindNull() }
    }

    package func bindNull() {
        parameter += 1
        sqlite3_bind_null(handle, parameter)
    }

    private func bindText(ofCopy text: String) {
        var copy = text
        copy.withUTF8 { bindText(UnsafeRawBufferPointer($0)) }
    }

    private func bindText(_ bytes: UnsafeRawBufferPointer) {
        if let copy = arena.copy(bytes) {
            let start = copy.assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text64(handle, parameter, start, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8))
        } else {
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text64(handle, parameter, start, UInt64(bytes.count), Self.transient, UInt8(SQLITE_UTF8))
        }
    }

    /// Tells SQLite to make a copy of its own.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

extension PreparedStatement {
    package func int64() -> Int64 {
        defer { column += 1 }
        return sqlite3_column_int64(handle, column)
    }

    package func int() -> Int { Int(int64()) }

    package func optionalInt64() -> Int64? {
        if isNull { return skip() }
        return int64()
    }

    package func text() -> String {
        defer { column += 1 }
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package func optionalText() -> String? {
        if isNull { return skip() }
        return text()
    }

    package func data() -> Data {
        defer { column += 1 }
        guard let start = sqlite3_column_blob(handle, column) else { return Data() }
        return Data(bytes: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    package func optionalData() -> Data? {
        if isNull { return skip() }
        return data()
    }

    private var isNull: Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    private func skip<Value>() -> Value? {
        column += 1
        return nil
    }
}
