import SkeinStorage
import GRDBSQLite
import SkeinCore

#if canImport(Darwin)
package import Darwin
#elseif canImport(Glibc)
package import Glibc
#elseif canImport(Musl)
package import Musl
#endif

/// Finds out whether a path can be opened as a store, before anything is written there.
package enum StoreFile {
    /// - Throws: `StoreError` with code `notFound`, `readOnly`, `notAStore`, `linked`, `newerSchema` or `corrupt`.
    package static func check(_ path: String) throws {
        guard !path.isEmpty, path != ":memory:" else {
            throw StoreError(.notFound, "'\(path)' names no file; for a store in memory use SQLiteStore.inMemory()")
        }
        try checkFolder(of: path)
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.notAStore, "\(path) is no file; name a file in which the store can be kept")
        }
        try checkWritable(path, status, "the file")
        try checkLinks(path, status)
        guard status.st_size > 0 else { return }
        try checkHeader(of: path)
        try OwnerLock.checkNames(of: path)
        try checkSchema(of: path)
    }

    /// The absolute path without symbolic links: one file has one owner under all its names, and is found again when
    /// the process changes its folder. A link to a file that is still to be made leads there, too.
    package static func resolve(_ path: String) -> String { resolve(path, links: 40) }

    private static func resolve(_ path: String, links: Int) -> String {
        if let file = realpath(path, nil) {
            defer { free(file) }
            return String(cString: file)
        }
        if links > 0, let target = target(of: path) { return resolve(target, links: links - 1) }
        let slash = path.lastIndex(of: "/")
        guard let folder = realpath(slash.map { String(path[...$0]) } ?? ".", nil) else { return path }
        defer { free(folder) }
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let base = String(cString: folder)
        return base == "/" ? "/" + name : base + "/" + name
    }

    /// Where a symbolic link leads, from where the path itself leads; `nil` for what is none.
    private static func target(of path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        guard count > 0, count < bytes.count else { return nil }
        let target = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return target.hasPrefix("/") ? target : folder(of: path) + "/" + target
    }

    /// The folder in which a file lies, as it was named.
    package static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private static func checkFolder(of path: String) throws {
        let folder = folder(of: path)
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.notFound, "\(path): the folder \(folder) does not exist; create it first")
        }
        try checkWritable(folder, status, "the folder")
    }

    /// A file without any write bit was protected on purpose, so it is left alone even where the process may override
    /// that.
    private static func checkWritable(_ path: String, _ status: stat, _ what: String) throws {
        guard access(path, W_OK) == 0, status.st_mode & 0o222 != 0 else {
            throw StoreError(.readOnly, "\(path): \(what) is read-only; allow this user to write there")
        }
    }

    /// Refuses a file with a second name (hard link). The log of changes lies beside the name under which the store was
    /// opened, so whoever opens the other name misses the newest commits and then damages the file by writing to it.
    package static func checkLinks(_ path: String, _ status: stat) throws {
        guard status.st_nlink > 1 else { return }
        throw StoreError(
            .linked,
            "\(path) has \(status.st_nlink) names (hard links), and a store must have one: its newest commits lie "
                + "beside the name under which it was open last. List the names with: find FOLDER -samefile "
                + "\(path.shellWord); then remove all but the one that has a '-wal' beside it, or was used last")
    }

    /// The first 16 bytes of every SQLite file ("Database File Format", section 1.2).
    package static func checkHeader(of path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno
            let text = "\(path): cannot be read: \(String(cString: strerror(reason)))"
            guard reason == EMFILE || reason == ENFILE else { throw StoreError(.failed, text) }
            throw StoreError(.limited, "\(text); \(DescriptorLimit.way)")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &bytes, 16)
        guard count == 16, bytes == Array("SQLite format 3\0".utf8) else {
            throw StoreError(
                .notAStore, "\(path) is not a SQLite database; name another file, this one is left as it is")
        }
    }

    private static func checkSchema(of path: String) throws {
        var connection: OpaquePointer?
        defer { sqlite3_close_v2(connection) }
        do {
            guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY, nil) == SQLITE_OK, let connection else {
                throw SQLiteFailure(connection)
            }
            sqlite3_busy_timeout(connection, 5000)
            let tables = try number("SELECT count(*) FROM sqlite_master", connection)
            let application = try number("PRAGMA application_id", connection)
            let version = try number("PRAGMA user_version", connection)
            try check(tables: tables, application: application, version: version, path)
        } catch {
            throw StoreError.wrapping(error, "open the store", label: path)
        }
    }

    private static func check(tables: Int64, application: Int64, version: Int64, _ path: String) throws {
        guard application == Int64(Schema.applicationID) || (tables == 0 && application == 0) else {
            throw StoreError(
                .notAStore,
                "\(path) is a SQLite database of another application; name another file, this one is left as it is")
        }
        guard version <= Int64(Schema.currentVersion) else {
            throw StoreError(
                .newerSchema,
                "\(path) has schema version \(version), this software knows versions up to \(Schema.currentVersion); "
                    + "update the software")
        }
    }

    private static func number(_ sql: String, _ connection: OpaquePointer) throws -> Int64 {
        try PreparedStatement(sql, connection: connection, arena: BindArena(capacity: 0)).first { $0.int64() } ?? 0
    }
}
