import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Keeps a directory to one world, and says where that listens; ends with the process however that dies.
final class WorldLock: Sendable {
    private let path: String
    private let descriptor: Int32
    private let number: FileNumber?

    /// - Throws: ``WorldError`` with code `owned` when another world has the directory.
    init(directory: String) throws {
        path = Self.path(in: directory)
        descriptor = systemOpen(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw WorldError.system("open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw WorldError(.owned, "a world runs in \(directory) already")
        }
        number = FileNumber(of: descriptor)
    }

    deinit { close(descriptor) }

    private static func path(in directory: String) -> String { directory + "/world.lock" }

    /// Whether the directory is still kept by this lock: it, or the file in it, may have been removed or replaced.
    var isInPlace: Bool { number != nil && FileNumber(of: path) == number }

    /// Writes down who has the directory and where to call.
    func announce(socket: String) {
        guard let text = try? JSONEncoder().encode(WorldOwner(pid: getpid(), socket: socket)) else { return }
        ftruncate(descriptor, 0)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Who had the directory last, dead or alive; `nil` where there was none.
    static func lastOwner(of directory: String) -> WorldOwner? {
        let text = FileManager.default.contents(atPath: path(in: directory))
        return text.flatMap { try? JSONDecoder().decode(WorldOwner.self, from: $0) }
    }
}

/// The world of a directory, as it wrote itself into the lock.
struct WorldOwner: Codable, Hashable {
    var pid: Int32
    var socket: String
}
