import SkeinCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The limits that the operating system sets for this process.
enum Limit {
    #if canImport(Glibc)
    static let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    static let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    #else
    static let files = RLIMIT_NOFILE
    static let fileSize = RLIMIT_FSIZE
    #endif

    /// `nil` where there is none.
    static func current(_ resource: Int32) -> UInt64? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(Int64.max) else { return nil }
        return UInt64(limit.rlim_cur)
    }
}

/// How many files and sockets this process may have open.
///
/// What runs out of them later fails in places that cannot say why, down to the thread pool of the system, which ends
/// the process. So it is looked at before a store is opened.
package enum DescriptorLimit {
    /// How many a store needs besides those that are open: connections for writing and reading with two files each, for
    /// a runtime of some components, and the sockets of operators.
    static let needed = 96

    static let way = "raise the limit before the process is started, for instance with: ulimit -n 1024"

    /// `nil` where there is none.
    static var current: UInt64? { Limit.current(Limit.files) }

    /// Raises the limit of this process to `count`, as far as the system lets it. For programs, not for libraries.
    package static func raise(to count: UInt64) {
        var limit = rlimit()
        guard getrlimit(Limit.files, &limit) == 0, limit.rlim_cur < count else { return }
        limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
        setrlimit(Limit.files, &limit)
    }

    /// - Throws: `StoreError` with code `limited` where fewer than ``needed`` can still be opened.
    static func check(for path: String) throws {
        guard let limit = current, limit < 4096 else { return }
        let used = (0..<Int32(limit)).count { fcntl($0, F_GETFD) >= 0 }
        guard Int(limit) - used < needed else { return }
        throw StoreError(
            .limited,
            "\(path): this process may open \(limit) files and sockets, and has \(used) open; a store needs \(needed) "
                + "more; \(way)")
    }
}
