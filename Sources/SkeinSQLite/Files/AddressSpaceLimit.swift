import SkeinStorage
import SkeinCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How much address space this process may have (`ulimit -v`).
///
/// Where there is no room for the stack of another thread, the thread pool of the system waits for some, without end
/// and without a word: a runtime then stands still, and does not even stop. So the limit is looked at before a store is
/// opened.
package enum AddressSpaceLimit {
    /// How much a store and a runtime need besides what the program takes itself: stacks of 8 MiB for about twenty
    /// threads, two pools of the allocator, and the page caches.
    static let needed: UInt64 = 320 << 20

    /// - Parameter path: whose store it is for; `nil` before that is known. A program checks once more before anything
    ///   runs in it, because its threads may take what is left before a store is opened.
    /// - Throws: `StoreError` with code `limited` where less than ``needed`` can still be taken.
    package static func check(for path: String? = nil) throws {
        #if os(Linux)
        guard let limit = Limit.current(Limit.addressSpace), let used = used(), limit < used + needed else { return }
        func mebibytes(_ bytes: UInt64) -> UInt64 { bytes >> 20 }
        let place = path.map { "\($0): " } ?? ""
        throw StoreError(
            .limited,
            "\(place)this process may have \(mebibytes(limit)) MiB of address space, and has taken "
                + "\(mebibytes(used)); a store needs \(mebibytes(needed)) more; raise the limit before the process is "
                + "started, for instance with: ulimit -v 1500000")
        #endif
    }

    #if os(Linux)
    /// The first number of `/proc/self/statm`, which counts pages.
    private static func used() -> UInt64? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0, let pages = UInt64(String(decoding: bytes[..<count].prefix { $0 != 0x20 }, as: UTF8.self))
        else { return nil }
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }
    #endif
}
