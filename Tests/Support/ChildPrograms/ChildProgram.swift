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
    ///
    /// A child that hangs is killed when the ``Swift/Duration/patience`` is over, so that whoever waits for its end or
    /// its output goes on and fails.
    ///
    /// - Parameters:
    ///   - isEndless: whether the child lives as long as its owner, and is not killed.
    ///   - run: opens what the child is to have, its pipes for instance, and runs the process.
    /// - Returns: what `run` returns.
    public static func start<Result>(
        _ process: Process, isEndless: Bool = false, _ run: (Process) throws -> Result
    ) throws -> Result {
        let lock = open(NSTemporaryDirectory() + "skein-tests-\(getpid()).lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        flock(lock, LOCK_EX)
        defer { close(lock) }
        let result = try run(process)
        guard !isEndless else { return result }
        let patience = DispatchTimeInterval.seconds(Int(Duration.patience.components.seconds))
        DispatchQueue.global().asyncAfter(deadline: .now() + patience) { [weak process] in
            if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        return result
    }
}
