import Foundation

/// The directory of an outside world.
struct WorldFolder: Sendable {
    /// The path as it was given.
    let path: String

    init(_ path: String) { self.path = path }

    /// Makes the directory where it is missing.
    ///
    /// - Throws: ``CommandFailure`` with code `cannotCreate` when it is no directory, or nobody may write there.
    func prepare() throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        var place = path.hasPrefix("/") ? "" : "."
        for part in parts {
            place += "/" + part
            if mkdir(place, 0o755) != 0, errno != EEXIST, errno != EISDIR {
                throw failure("cannot be made: \(place): \(String(cString: strerror(errno)))")
            }
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw failure("is a file; name a directory")
        }
        guard access(path, W_OK | X_OK) == 0, status.st_mode & 0o222 != 0 else {
            throw failure("is read-only; allow this user to write there, or name another directory")
        }
    }

    private func failure(_ problem: String) -> CommandFailure {
        CommandFailure(.cannotCreate, "the directory of the outside world, \(path), \(problem)")
    }
}
