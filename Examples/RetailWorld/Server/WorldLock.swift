import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Gives a directory to one world, and says where that world listens. The lock ends with the process, however it dies.
final class WorldLock: Sendable {
    private let path: String
    private let descriptor: Int32
    private let identity: FileIdentity?

    /// - Throws: ``WorldError`` with code `owned` when another world has the directory.
    init(directory: String) throws {
        path = Self.path(in: directory)
        descriptor = systemOpen(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw WorldError.system("open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw WorldError(.owned, "a world runs in \(directory) already")
        }
        identity = FileIdentity(of: descriptor)
    }

    deinit { close(descriptor) }

    private static func path(in directory: String) -> String { directory + "/world.lock" }

    /// Whether this is still the lock of the directory: somebody may have removed or replaced the directory or the
    /// file.
    var isInPlace: Bool { identity != nil && FileIdentity(of: path) == identity }

    /// Writes the owner and its socket into the lock file.
    func announce(socket: String) {
        guard let text = try? JSONEncoder().encode(WorldOwner(pid: getpid(), socket: socket)) else { return }
        ftruncate(descriptor, 0)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// The last world that had the directory, dead or alive; `nil` when there was none.
    static func lastOwner(of directory: String) -> WorldOwner? {
        let text = FileManager.default.contents(atPath: path(in: directory))
        return text.flatMap { try? JSONDecoder().decode(WorldOwner.self, from: $0) }
    }
}

/// The content of a lock file: the world that has the directory.
struct WorldOwner: Codable, Hashable {
    var pid: Int32
    var socket: String
}
