public import Foundation

/// The programs of this package, which are built beside the test bundle.
public enum ChildProgram {
    /// Where a program lies; `nil` where it has not been built.
    public static func place(of name: String) -> URL? {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let neighbours: [URL] = [Bundle.main.executableURL, bundle?.bundleURL].compactMap { $0 }
        let places = neighbours.map { $0.deletingLastPathComponent().appendingPathComponent(name) }
        return places.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Starts a child while no other part of the tests does: a child inherits what is open for its siblings at that
    /// moment, and whoever waits for a sibling would wait for it too.
    public static func startingAlone<Result>(_ start: () throws -> Result) rethrows -> Result {
        let lock = open(NSTemporaryDirectory() + "skein-tests-\(getpid()).lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        flock(lock, LOCK_EX)
        defer { close(lock) }
        return try start()
    }
}

extension Duration {
    /// How long a test waits for what should come soon. Far longer than it takes: the machine may have other work.
    public static let patience = Duration.seconds(120)
}

/// Asks every few milliseconds until the answer is yes or the time is over.
public func eventually(
    within duration: Duration = .patience, _ condition: () throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + duration
    while try !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
