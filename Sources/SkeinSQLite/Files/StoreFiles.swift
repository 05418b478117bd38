import SkeinStorage
import SkeinCore
import Synchronization

/// Notices when a file of an open store no longer has its name. What is written to it then is lost, because nobody can
/// open it again.
///
/// It looks only at names, because closing a second descriptor of the store's file would release SQLite's locks on it.
final class StoreFiles: Sendable {
    private let path: String
    private let opened: Mutex<[(suffix: String, identity: FileIdentity)]> = Mutex([])

    init(path: String) { self.path = path }

    /// Remembers the files. Call it when SQLite has opened all of them.
    func note() {
        let found = ["", "-wal", "-shm"].compactMap { suffix in
            Self.identity(path + suffix).map { (suffix: suffix, identity: $0) }
        }
        opened.withLock { $0 = found }
    }

    /// Checks that each file still has its name.
    ///
    /// - Cost: one system call for each of the three files, 5 to 15 microseconds together.
    /// - Throws: `StoreError` with code `replaced`.
    func check() throws {
        let missing = opened.withLock { opened in
            opened.first { Self.identity(path + $0.suffix) != $0.identity }?.suffix
        }
        if let missing { throw error(missing) }
    }

    private static func identity(_ path: String) -> FileIdentity? { FileIdentity(of: path, followsLinks: true) }

    private func error(_ suffix: String) -> StoreError {
        let what =
            switch suffix {
            case "": "the store"
            case "-wal": "its log of changes, \(path)-wal,"
            default: "its index of changes, \(path)-shm,"
            }
        let folder = StoreFile.folder(of: path)
        let text: String
        let way: String
        if Self.identity(folder) == nil {
            text = "the folder \(folder) was removed or moved"
            way = "bring it back, or a backup of the store, and start again"
        } else {
            let isGone = Self.identity(path + suffix) == nil
            text = "\(what) was \(isGone ? "removed or moved" : "replaced by another file")"
            way =
                suffix.isEmpty
                ? "put the file back that was open, or start again with what lies there now, which knows less"
                : "start again: what is committed was written back into the store"
        }
        return StoreError(
            .replaced, "\(path): \(text) while the store was open; nothing more is written. To go on, \(way)")
    }
}
