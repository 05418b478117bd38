import SkeinCore
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Notices when the files of an open store are no longer those that its path names: what is written then lies in files
/// that nobody will find again.
///
/// Only names are looked at: a descriptor of the store's own file, closed, would take SQLite's locks with it.
final class StoreFiles: Sendable {
    private struct Identity: Hashable {
        let device: UInt64
        let number: UInt64

        /// `nil` where there is no file.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, number) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(status.st_ino))
        }
    }

    private let path: String
    private let opened: Mutex<[(suffix: String, identity: Identity)]> = Mutex([])

    init(path: String) { self.path = path }

    /// Remembers the files as they are; to be called when SQLite has opened them all.
    func note() {
        let found = ["", "-wal", "-shm"].compactMap { suffix in
            Identity(path + suffix).map { (suffix: suffix, identity: $0) }
        }
        opened.withLock { $0 = found }
    }

    /// Costs a system call for each of the three files, 5 to 15 microseconds together.
    ///
    /// - Throws: `StoreError` with code `replaced`.
    func check() throws {
        let missing = opened.withLock { opened in
            opened.first { Identity(path + $0.suffix) != $0.identity }?.suffix
        }
        if let missing { throw error(missing) }
    }

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
        if Identity(folder) == nil {
            text = "the folder \(folder) was removed or moved"
            way = "bring it back, or a backup of the store, and start again"
        } else {
            text = "\(what) was \(Identity(path + suffix) == nil ? "removed or moved" : "replaced by another file")"
            way =
                suffix.isEmpty
                ? "put the file back that was open, or start again with what lies there now, which knows less"
                : "start again: what is committed was written back into the store"
        }
        return StoreError(
            .replaced, "\(path): \(text) while the store was open; nothing more is written. To go on, \(way)")
    }
}
