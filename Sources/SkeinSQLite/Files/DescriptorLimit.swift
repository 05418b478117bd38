import SkeinStorage
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
    static let addressSpace = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
    static let files = RLIMIT_NOFILE
    static let fileSize = RLIMIT_FSIZE
    static let addressSpace = RLIMIT_AS
    #endif

    /// The limit on a resource; `nil` when there is none.
    static func current(_ resource: Int32) -> UInt64? {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(Int64.max) else { return nil }
        return UInt64(limit.rlim_cur)
    }
}

/// How many files and sockets this process may have open.
///
/// A process that runs out of them fails in places that give no reason; even the system's thread pool ends the process.
/// So the limit is checked before a store is opened.
package enum DescriptorLimit {
    /// How many more a store needs: the connections of a runtime with some components, two files each, and the sockets
    /// of operators.
    static let needed = 96

    package static let way = "raise the limit before the process is started, for instance with: ulimit -n 1024"

    /// How many this process may have open; `nil` when there is no limit.
    static var current: UInt64? { Limit.current(Limit.files) }

    /// Raises the limit of this process to `count`, or as close to it as the system allows. For programs, not for
    /// libraries.
    package static func raise(to count: UInt64) {
        var limit = rlimit()
        guard getrlimit(Limit.files, &limit) == 0, limit.rlim_cur < count else { return }
        limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
        setrlimit(Limit.files, &limit)
    }

    /// - Throws: `StoreError` with code `limited` when fewer than ``needed`` can still be opened.
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
