import GRDB
import GRDBSQLite
import SkeinCore

/// What SQLite answered to one call, before it is known to which store and operation it belongs.
struct SQLiteFailure: Error, CustomStringConvertible {
    /// The extended result code.
    let code: Int32
    let message: String

    init(code: Int32, message: String) { (self.code, self.message) = (code, message) }

    init(_ connection: OpaquePointer?) {
        code = sqlite3_extended_errcode(connection)
        message = String(cString: sqlite3_errmsg(connection))
    }

    var description: String { "SQLite \(code): \(message)" }
}

extension StoreError {
    /// Says in which store and what has failed, and where it is known, the way out.
    ///
    /// An error that is a `StoreError` already stays as it is.
    static func wrapping(_ error: any Error, _ action: String, label: String) -> any Error {
        let code: Int32
        switch error {
        case let failure as SQLiteFailure: code = failure.code
        case let failure as DatabaseError: code = failure.extendedResultCode.rawValue
        default: return error
        }
        switch code & 0xFF {
        case SQLITE_FULL:
            return StoreError(
                .failed, "\(label): cannot \(action), the disk or the file's limit is full; make room and try again",
                cause: error)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return StoreError(
                .locked,
                "\(label): cannot \(action), another process has had the file locked for too long; end its transaction "
                    + "and start again", cause: error)
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return StoreError(
                .corrupt, "\(label): cannot \(action), the file is damaged; restore it from a backup", cause: error)
        case SQLITE_READONLY:
            return StoreError(
                .readOnly, "\(label): cannot \(action), the file or its folder is read-only", cause: error)
        case SQLITE_MISUSE:
            return StoreError(.closed, "\(label): cannot \(action), the store is closed", cause: error)
        default:
            return StoreError(.failed, "\(label): cannot \(action)", cause: error)
        }
    }
}

/// Whether SQLite's last error on a connection concerns the medium rather than what it was asked.
func isStorageFailure(_ connection: OpaquePointer?) -> Bool {
    switch sqlite3_errcode(connection) {
    case SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM: true
    default: false
    }
}
