import SkeinSQLite
import SkeinStorage
import GRDBSQLite
import SkeinCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Copies stores, including stores in use.
public enum StoreBackup {
    /// Copies a store as it is at one moment, and checks the copy for damage.
    ///
    /// - Isolation: the copy has every commit that returned before the call, and each later commit whole or not at all.
    ///   The owner of the store goes on meanwhile.
    /// - Durability: when this returns, the copy is on the disk under its name. Until then it has a name that ends in
    ///   `.part`. No file is overwritten.
    /// - Cost: reads the store once and the copy once.
    /// - Throws: `StoreError`: what ``StoreInspector`` throws for the store; `exists` when a file has the name already;
    ///   `full`, `writeFailed` or `readOnly` when the copy cannot be written; `corrupt` when the copy, and so the
    ///   store, is damaged.
    public static func make(of path: String, to target: String) throws -> BackupReport {
        try StoreInspector(path: path).close()
        guard !target.isEmpty else { throw StoreError(.notFound, "'' names no file; name the file to be made") }
        let file = StoreFile.resolve(target)
        for suffix in ["", "-wal", "-journal"] { try checkFree(target, file + suffix) }
        let draft = file + ".\(getpid()).part"
        defer { unlink(draft) }
        try copy(path, to: draft)
        // A link fails if the name is taken by now; renaming would replace the other file.
        guard link(draft, file) == 0, unlink(draft) == 0 else { throw failure(target, errno) }
        try sync(StoreFile.folder(of: file))
        var report = try BackupReport(file)
        report.path = target
        return report
    }

    /// Copies a store to a file that nobody else uses. The copy is checked and on the disk when this returns.
    static func copy(_ path: String, to draft: String) throws {
        unlink(draft)
        // Creating the file here gives a reason if that fails; SQLite gives none.
        let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(draft, errno) }
        defer { close(descriptor) }
        do {
            try transfer(path, to: draft)
            try check(draft, copyOf: path)
            guard fsync(descriptor) == 0 else { throw failure(draft, errno) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// Reads a store at rest without creating files beside it. If somebody opens the store meanwhile, reads it again
    /// like a store in use.
    private static func transfer(_ path: String, to draft: String) throws {
        let file = StoreFile.resolve(path)
        if let before = StoreAtRest(file) {
            try transfer(path, to: draft, isAtRest: true)
            if StoreAtRest(file) == before { return }
        }
        try transfer(path, to: draft, isAtRest: false)
    }

    /// Copies all pages in one step, and so in one transaction: no commit of others comes in between.
    private static func transfer(_ path: String, to draft: String, isAtRest: Bool) throws {
        let source = try StoreInspector.open(StoreFile.resolve(path), isImmutable: isAtRest, label: path)
        defer { sqlite3_close_v2(source) }
        var destination: OpaquePointer?
        defer { sqlite3_close_v2(destination) }
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(draft, &destination, flags, nil) == SQLITE_OK, let destination else {
            throw StoreError.wrapping(SQLiteFailure(destination), "open the copy", label: draft)
        }
        sqlite3_extended_result_codes(destination, 1)
        // A failed copy is removed, so the draft needs no journal and no syncs of SQLite's own.
        sqlite3_exec(destination, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", nil, nil, nil)
        guard let backup = sqlite3_backup_init(destination, "main", source, "main") else {
            throw StoreError.wrapping(SQLiteFailure(destination), "copy the store", label: draft)
        }
        let code = sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
        guard code != SQLITE_DONE else { return }
        let isWriting = [SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xFF)
        let failure = SQLiteFailure(code: code, message: String(cString: sqlite3_errstr(code)))
        throw StoreError.wrapping(failure, "copy the store", label: isWriting ? draft : path)
    }

    private static func check(_ draft: String, copyOf path: String) throws {
        let found: String?
        do {
            let inspector = try StoreInspector(path: draft)
            defer { inspector.close() }
            // What comes first names the database, which is the only one.
            found = try inspector.damage().first?.split(separator: "\n").first { !$0.hasPrefix("***") }.map(String.init)
        } catch let error as StoreError where error.code == .corrupt {
            found = error.cause.map { "\($0)" } ?? error.message
        }
        guard let found else { return }
        throw StoreError(
            .corrupt,
            "\(path) is damaged, and so is every copy of it: \(found); look with: skein store check --store "
                + path.shellWord)
    }

    private static func checkFree(_ target: String, _ file: String) throws {
        var status = stat()
        guard lstat(file, &status) == 0 else { return }
        throw StoreError(.exists, "\(target): \(file) is there already, and is not overwritten; name another file")
    }

    /// Syncs a folder, which makes new names in it durable.
    static func sync(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder, errno) }
    }

    static func failure(_ path: String, _ reason: Int32) -> StoreError {
        let text = "\(path): cannot be written: \(String(cString: strerror(reason)))"
        switch reason {
        case ENOSPC, EDQUOT, EFBIG: return StoreError(.full, text)
        case ENOENT, ENOTDIR: return StoreError(.notFound, text + "; create the folder first")
        case EEXIST: return StoreError(.exists, text + "; name another file")
        case EACCES, EPERM, EROFS: return StoreError(.readOnly, text)
        case EMFILE, ENFILE: return StoreError(.limited, text + "; " + DescriptorLimit.way)
        default: return StoreError(.writeFailed, text)
        }
    }
}
