import SkeinStorage
import SkeinCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The reason why the operating system refused a call of SQLite. SQLite does not report it, so this checks the usual
/// reasons: open files, the limit on the size of files, and the room on the disk.
struct FailureCause {
    let code: StoreError.Code
    /// What is wrong, and the way out.
    let text: String

    /// - Parameter path: the path of the store.
    /// - Returns: the first cause found; `nil` when there is none.
    static func find(around path: String) -> FailureCause? {
        descriptors ?? fileSize(path) ?? room(path)
    }

    private static var descriptors: FailureCause? {
        let probe = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard probe < 0 else {
            close(probe)
            return nil
        }
        let (reason, limit) = (errno, DescriptorLimit.current.map { " (\($0))" } ?? "")
        guard reason == EMFILE || reason == ENFILE else { return nil }
        let whose =
            reason == EMFILE
            ? "this process has as many files open as it may\(limit)"
            : "the system has"
                + " as many files open as it may"
        return FailureCause(code: .limited, text: "\(whose); \(DescriptorLimit.way)")
    }

    private static func fileSize(_ path: String) -> FailureCause? {
        guard let limit = Limit.current(Limit.fileSize) else { return nil }
        for suffix in ["", "-wal"] {
            var status = stat()
            // A refused write begins below the limit, by up to as much as SQLite writes at once.
            guard stat(path + suffix, &status) == 0, UInt64(status.st_size) + 65_536 > limit else { continue }
            return FailureCause(
                code: .full,
                text: "\(path)\(suffix) has reached the limit on the size of files, \(limit) bytes; start the process "
                    + "with a higher one (ulimit -f)")
        }
        // The file that reached the limit may be gone: SQLite removes its log when opening fails.
        guard limit < 1 << 20 else { return nil }
        return FailureCause(
            code: .full,
            text: "no file of this process may have more than \(limit) bytes, which is too little for a store; start "
                + "the process with a higher limit (ulimit -f)")
    }

    private static func room(_ path: String) -> FailureCause? {
        let folder = StoreFile.folder(of: path)
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        guard UInt64(status.f_bavail) * UInt64(status.f_frsize) < 65_536 else { return nil }
        return FailureCause(code: .full, text: "the disk with the folder \(folder) is full; make room and start again")
    }
}
