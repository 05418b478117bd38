import SkeinSQLite
import SkeinStorage
import GRDBSQLite
public import SkeinCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Puts a backup in the place of a store that nobody has open.
///
/// What happened after the backup is repeated or forgotten; ``compare()`` says how much.
public struct StoreRestore: Sendable {
    private let backup: String
    private let path: String

    /// - Parameters:
    ///   - backup: the path of any store; usually ``StoreBackup`` made it.
    ///   - path: the path to put it at. There may be a store, sound or damaged, or nothing.
    public init(from backup: String, to path: String) { (self.backup, self.path) = (backup, path) }

    /// Reports what a restore would repeat and forget, and changes nothing.
    ///
    /// - Throws: `StoreError` when the backup cannot be read, or nothing can be put at the path: `notFound` and
    ///   `notAStore`, and `exists` for the backup itself. A present store that cannot be read is not an error; see
    ///   ``RestoreReport/unknown``.
    public func compare() throws -> RestoreReport {
        try checkPlace()
        var report = RestoreReport(backup: try BackupReport(backup))
        var status = stat()
        guard stat(path, &status) == 0 else {
            report.unknown = "there is nothing at \(path) to compare the backup with"
            return report
        }
        do {
            let present = try StoreInspector(path: path)
            defer { present.close() }
            let old = try StoreInspector(path: backup)
            defer { old.close() }
            try Self.compare(present, old, into: &report)
        } catch {
            report.unknown = "the present store cannot be read: \(error)"
        }
        return report
    }

    /// Puts a copy of the backup in place of the store.
    ///
    /// - Durability: at every moment the name leads to one whole store, the old or the new one, also if the process is
    ///   killed. For a moment the old one has two names, and is refused then like every store with two. It is kept,
    ///   with its log of changes, under the name ``RestoreReport/kept``.
    /// - Throws: `StoreError`: `owned` when a process has the store open; what ``StoreBackup`` throws. Nothing has
    ///   changed then.
    public func carryOut(at now: Timestamp) throws -> RestoreReport { try carryOut(at: now) { _ in } }

    /// - Parameter reached: called after each step; what it throws ends the restore there, as if the process had died.
    func carryOut(at now: Timestamp, _ reached: (StoreReplacement.Step) throws -> Void) throws -> RestoreReport {
        try checkPlace()
        let (file, lock) = try OwnerLock.take(path, socket: nil)
        defer { lock.release() }
        var report = try compare()
        let draft = file + ".\(getpid()).part"
        defer { unlink(draft) }
        try StoreBackup.copy(backup, to: draft)
        let stamp = "\(now)".filter { $0.isNumber || $0 == "T" }
        let kept = "\(file).before-restore-\(stamp)"
        // Then the store is one file, and takes its log along.
        if report.loss != nil { Self.writeBack(file) }
        let replacement = StoreReplacement(file: file, kept: kept, draft: draft)
        if try replacement.carryOut(reached) { report.kept = kept }
        try StoreBackup.sync(StoreFile.folder(of: file))
        return report
    }

    /// Refuses a place where no store can be meant, before anything is made there. A file that cannot be read may be a
    /// damaged store, which is replaced.
    private func checkPlace() throws {
        let file = StoreFile.resolve(path)
        let folder = StoreFile.folder(of: file)
        var status = stat()
        guard !path.isEmpty, stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.notFound, "\(path): the folder \(folder) does not exist; create it first")
        }
        guard stat(file, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.notAStore, "\(path) is no file; name the store in whose place the backup is to be put")
        }
        if FileIdentity(of: file, followsLinks: true) == FileIdentity(of: backup, followsLinks: true) {
            throw StoreError(
                .exists, "\(path) is the backup itself; name the store in whose place the backup is to be put")
        }
        // What has the header of a database and can be read is no damaged store.
        guard (try? StoreFile.checkHeader(of: file)) != nil else { return }
        do { try StoreInspector(path: path).close() } catch let error as StoreError where error.code == .notAStore {
            throw StoreError(
                .notAStore,
                "\(error.message); name the store in whose place the backup is to be put, or move that file away first")
        } catch {}
    }

    /// Writes the log of changes back into the store, so that one file holds everything.
    private static func writeBack(_ file: String) {
        var connection: OpaquePointer?
        defer { sqlite3_close_v2(connection) }
        guard sqlite3_open_v2(file, &connection, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { return }
        sqlite3_exec(connection, "PRAGMA wal_checkpoint(TRUNCATE)", nil, nil, nil)
    }

    private static func compare(
        _ present: StoreInspector, _ backup: StoreInspector, into report: inout RestoreReport
    ) throws {
        let end = report.backup.lastPosition
        let common = min(end, try present.lastPosition())
        let id = "SELECT id FROM event WHERE position = ?"
        let last = try [present, backup].map { store in
            try store.select(id, [.number(common)]) { row, _ in row.text() }.first
        }
        guard last[0] == last[1] else {
            report.unknown =
                "the backup is not of this store: they have different messages at position \(common)"
            return
        }
        func number(_ sql: String, _ store: StoreInspector) throws -> Int64 {
            try store.select(sql) { row, _ in row.int64() }.first ?? 0
        }
        func difference(_ sql: String) throws -> Int64 { try max(0, number(sql, present) - number(sql, backup)) }
        let (now, then) = (try activities(present), try activities(backup))
        report.loss = RestoreReport.Loss(
            messages: try max(0, present.lastPosition() - end), returns: try returns(present, backup),
            activitiesRepeated: then.subtracting(now).count, activitiesForgotten: now.subtracting(then).count,
            instancesForgotten: try difference("SELECT count(*) FROM instance"),
            reactions: try difference("SELECT count(*) FROM journal"))
    }

    private static func activities(_ store: StoreInspector) throws -> Set<[Int64]> {
        Set(try store.select("SELECT instance, seq FROM activity") { row, _ in [row.int64(), row.int64()] })
    }

    private static func returns(
        _ present: StoreInspector, _ backup: StoreInspector
    ) throws -> [RestoreReport.Return] {
        let sql = "SELECT subscription, max(position) FROM position GROUP BY subscription ORDER BY subscription"
        func places(_ store: StoreInspector) throws -> [(String, Int64)] {
            try store.select(sql) { row, _ in (row.text(), row.int64()) }
        }
        let before = Dictionary(try places(backup)) { first, _ in first }
        return try places(present).compactMap { subscription, place in
            let earlier = before[subscription] ?? 0
            return earlier < place ? .init(subscription: subscription, from: place, to: earlier) : nil
        }
    }
}
