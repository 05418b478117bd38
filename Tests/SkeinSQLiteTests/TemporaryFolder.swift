import Foundation

/// A folder for one test, gone with the value's last owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "skein-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String = "store.db") -> String { path + "/" + name }
}

/// Starts a child while no other part of the tests does: a child inherits what is open for its siblings at that moment,
/// and whoever waits for a sibling would wait for it too.
func startingAlone<Result>(_ start: () throws -> Result) rethrows -> Result {
    let lock = open(NSTemporaryDirectory() + "skein-tests-\(getpid()).lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    flock(lock, LOCK_EX)
    defer { close(lock) }
    return try start()
}
