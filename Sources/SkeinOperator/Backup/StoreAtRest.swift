import SkeinSQLite
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The state of the file of a store that nobody has open. Two equal values mean that the content did not change in
/// between.
struct StoreAtRest: Hashable {
    private let number: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    /// `nil` for a store that is open, or that has commits in its log of changes.
    init?(_ file: String) {
        var status = stat()
        guard StoreOwner.current(of: file) == nil, stat(file + "-wal", &status) != 0 || status.st_size == 0,
            stat(file, &status) == 0
        else { return nil }
        (number, size) = (UInt64(status.st_ino), Int64(status.st_size))
        #if canImport(Darwin)
        (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
        #else
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        #endif
    }
}
