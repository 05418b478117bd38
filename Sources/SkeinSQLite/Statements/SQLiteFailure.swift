import SkeinStorage
import GRDB
import GRDBSQLite
import SkeinCore

/// What SQLite answered to one call, before it is known to which store and operation it belongs.
package struct SQLiteFailure: Error, CustomStringConvertible {
    /// The extended result code.
    package let code: Int32
    package let message: String

    package init(code: Int32, message: String) { (self.code, self.message) = (code, message) }

    package init(_ connection: OpaquePointer?) {
        code = sqlite3_extended_errcode(connection)
        message = String(cString: sqlite3_errmsg(connection))
    }

    package var description: String { "SQLite \(code): \(message)" }
}

extension StoreError {
    /// Says in which store and what has failed, and where it is known, the way out.
    ///
    /// An error that is a `StoreError` already stays as it is.
    package static func wrapping(_ error: any Error, _ action: String, label: String) -> any Error {
        let code: Int32
        switch error {
        case let failure as SQLiteFailure: code = failure.code
        case let failure as DatabaseError: code = failure.extendedResultCode.rawValue
        default: return error
        }
        switch code & 0xFF {
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN:
            return system(code, "\(label): cannot \(action)", label: label, error)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return StoreError(
                .locked,
                "\(label): cannot \(action), another process has had the file locked for too long; end its transaction "
                    + "and start again", cause: error)
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return StoreError(
                .corrupt,
                "\(label): cannot \(action), what was read contradicts itself. One failed read does not prove that the "
                    + "file is damaged; look with: skein store check --store \(label.shellWord)", cause: error)
        case SQLITE_READONLY:
            return StoreError(
                .readOnly, "\(label): cannot \(action), the file or its folder is read-only", cause: error)
        case SQLITE_MISUSE:
            return StoreError(.closed, "\(label): cannot \(action), the store is closed", cause: error)
        case SQLITE_NOMEM:
            return StoreError(
                .limited,
                "\(label): cannot \(action), the system gives this process no more memory; raise its limit "
                    + "(ulimit -v, or that of its container)", cause: error)
        default:
            return StoreError(.failed, "\(label): cannot \(action)", cause: error)
        }
    }

    /// What the operating system has refused, with the cause where one can be found.
    private static func system(_ code: Int32, _ what: String, label: String, _ error: any Error) -> StoreError {
        if label != SQLiteStore.memoryLabel, let cause = FailureCause.find(around: label) {
            return StoreError(cause.code, "\(what): \(cause.text)", cause: error)
        }
        switch code & 0xFF {
        case SQLITE_FULL:
            return StoreError(.full, "\(what), the disk or a quota is full; make room and start again", cause: error)
        case SQLITE_IOERR where ResultCode.writing.contains(ResultCode(rawValue: code)):
            return StoreError(
                .writeFailed,
                "\(what), the system could not write; see what its log says of the disk. All that was acknowledged is "
                    + "in the store; start again when the disk is sound", cause: error)
        default:
            let verb = code & 0xFF == SQLITE_CANTOPEN ? "open" : "read"
            return StoreError(
                .failed,
                "\(what), the system could not \(verb) a file; see what its log says of the disk, then start again",
                cause: error)
        }
    }
}

extension ResultCode {
    /// The input/output errors of changing a file.
    fileprivate static let writing: [ResultCode] = [
        .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC, .SQLITE_IOERR_TRUNCATE, .SQLITE_IOERR_DELETE,
        .SQLITE_IOERR_DELETE_NOENT, .SQLITE_IOERR_SHMOPEN, .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMMAP,
        .SQLITE_IOERR_COMMIT_ATOMIC, .SQLITE_IOERR_BEGIN_ATOMIC,
    ]
}

/// Whether SQLite's last error on a connection concerns the medium rather than what it was asked.
func isStorageFailure(_ connection: OpaquePointer?) -> Bool {
    switch sqlite3_errcode(connection) {
    case SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM: true
    default: false
    }
}
