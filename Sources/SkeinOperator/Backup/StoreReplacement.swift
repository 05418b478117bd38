import SkeinSQLite
import SkeinStorage

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Puts a file in the place of a store and gives the store another name.
///
/// Whenever the process is killed, the first name leads to a whole store: to the old one with its log of changes, or to
/// the new one. No system call renames two files at once; so while a log lies beside the old store, its name becomes a
/// symbolic link to the other name for a moment, beside which the log lies too. SQLite and ``StoreFile/resolve(_:)``
/// follow the link before they look for the log.
struct StoreReplacement {
    /// What has just been done.
    enum Step: CaseIterable {
        /// The old store has both names.
        case kept
        /// Its log has both names too.
        case logKept
        /// The first name leads to the second.
        case linked
        /// The log is beside the second name only.
        case logRemoved
        /// The new store has the first name.
        case replaced
    }

    /// The name of the store.
    let file: String
    /// The name that the old store gets.
    let kept: String
    /// The new store, in the same folder.
    let draft: String

    /// - Returns: whether there was a store.
    func carryOut(_ reached: (Step) throws -> Void) throws -> Bool {
        let hasLog = Self.exists(file + "-wal")
        guard Self.exists(file) else {
            // A log without a store is nobody's, and must not lie beside the new one.
            if hasLog { try Self.done(rename(file + "-wal", kept + "-wal"), kept + "-wal") }
            try Self.done(rename(draft, file), file)
            return false
        }
        try Self.done(link(file, kept), kept)
        try reached(.kept)
        if hasLog { try linkToKept(reached) }
        try Self.done(rename(draft, file), file) {
            if hasLog { restoreNames() } else { unlink(kept) }
        }
        try reached(.replaced)
        unlink(file + "-shm")
        return true
    }

    /// Lets the first name lead to the second, with the log.
    private func linkToKept(_ reached: (Step) throws -> Void) throws {
        try Self.done(link(file + "-wal", kept + "-wal"), kept + "-wal") { unlink(kept) }
        try reached(.logKept)
        // Locks the second name, which a start that follows the link asks for.
        let lock: OwnerLock
        do { lock = try OwnerLock(path: kept, socket: nil) } catch {
            restoreNames()
            throw error
        }
        defer {
            unlink(OwnerLock.file(for: kept))
            lock.release()
        }
        let detour = draft + ".link"
        unlink(detour)
        let name = kept.split(separator: "/").last.map(String.init) ?? kept
        try Self.done(symlink(name, detour), detour) { restoreNames() }
        try Self.done(rename(detour, file), file) {
            unlink(detour)
            restoreNames()
        }
        // Each step is on the disk before the next one: the machine may stop as well.
        try syncFolder()
        try reached(.linked)
        try Self.done(unlink(file + "-wal"), file + "-wal") { restoreNames() }
        unlink(file + "-shm")
        try syncFolder()
        try reached(.logRemoved)
    }

    /// Gives the first name back to the old store and its log, wherever they are, and takes the second one away.
    ///
    /// Stops at what cannot be given back: until then the first name leads to the store under its second name.
    private func restoreNames() {
        let (log, keptLog) = (file + "-wal", kept + "-wal")
        guard link(keptLog, log) == 0 || FileIdentity(of: log) == FileIdentity(of: keptLog) else { return }
        if FileIdentity(of: file) == FileIdentity(of: kept) {
            unlink(kept)
        } else {
            guard rename(kept, file) == 0 else { return }
        }
        unlink(keptLog)
    }

    private func syncFolder() throws {
        do { try StoreBackup.sync(StoreFile.folder(of: file)) } catch {
            restoreNames()
            throw error
        }
    }

    /// Looks at the result of a system call.
    ///
    /// - Parameter undo: what to do first when it failed, so that nothing has changed.
    private static func done(_ result: Int32, _ path: String, orElse undo: () -> Void = {}) throws {
        guard result != 0 else { return }
        let reason = errno
        undo()
        throw StoreBackup.failure(path, reason)
    }

    private static func exists(_ file: String) -> Bool {
        var status = stat()
        return stat(file, &status) == 0
    }
}
