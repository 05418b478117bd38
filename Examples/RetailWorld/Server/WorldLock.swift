import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Keeps a directory to one world; ends with the process however that dies.
final class WorldLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``WorldError`` with code `owned` when another world has the directory.
    init(directory: String) throws {
        let path = directory + "/world.lock"
        descriptor = systemOpen(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw WorldError.system("open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw WorldError(.owned, "a world runs in \(directory) already")
        }
    }

    deinit { close(descriptor) }
}
