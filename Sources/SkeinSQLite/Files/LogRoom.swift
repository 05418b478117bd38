import GRDBSQLite

/// Room at the end of the log of changes (the file `…-wal`), written in advance.
///
/// A sync of a file that has grown also writes the file system's own records, which takes twice as long as a sync of
/// what lies in room that is already there. So the log gets room in pieces, whenever it has outgrown what it had. Bytes
/// behind the last commit mean nothing to SQLite: it reads up to the first frame that does not follow from the one
/// before.
///
/// The length comes by ``FileStatus``, because asking for it by SQLite makes the next sync dearer.
///
/// To be used on the writer's queue only.
final class LogRoom {
    /// The smallest piece and the largest.
    private static let pieces: ClosedRange<Int64> = 128 * 1024...2 * 1024 * 1024
    /// A log that is longer gets no room: it waits for readers, and is cut off when they are gone.
    private static let longest: Int64 = 32 * 1024 * 1024

    private let connection: OpaquePointer
    private let path: String
    /// How long the log was when it was last looked at.
    private var length: Int64?
    private static let zeros = [UInt8](repeating: 0, count: 64 * 1024)

    /// - Parameter path: the log's.
    init(connection: OpaquePointer, path: String) { (self.connection, self.path) = (connection, path) }

    /// Adds room if the log has grown. To be called inside a write transaction: nobody else writes to the log then.
    ///
    /// Room that cannot be had is done without; a commit that finds none fails by itself.
    func extend() {
        guard var size = FileStatus(of: path)?.size else { return }
        guard let known = length, size > known, size < Self.longest else { return length = size }
        guard let file, let methods = file.pointee.pMethods else { return }
        let end = size + min(max(size / 2, Self.pieces.lowerBound), Self.pieces.upperBound)
        while size < end {
            let count = min(Int64(Self.zeros.count), end - size)
            guard methods.pointee.xWrite?(file, Self.zeros, Int32(count), size) == SQLITE_OK else { break }
            size += count
        }
        length = size
    }

    private var file: UnsafeMutablePointer<sqlite3_file>? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file)
        return code == SQLITE_OK ? file : nil
    }
}
