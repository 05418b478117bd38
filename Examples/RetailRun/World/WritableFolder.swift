import Foundation

/// A folder in which a run has to write.
enum WritableFolder {
    /// Makes the folder where it is missing.
    ///
    /// - Parameter role: what it is to the run, for errors.
    /// - Throws: ``CommandFailure`` with code `cannotCreate` when it is no folder, or nobody may write there.
    static func prepare(_ path: String, as role: String) throws {
        func failure(_ problem: String) -> CommandFailure {
            CommandFailure(.cannotCreate, "\(role), \(path), \(problem)")
        }
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
}
