import Foundation
import Testing

/// A program of this package, built beside the test bundle, run as a process of its own.
final class BuiltProgram {
    let process = Process()
    private let output: Pipe
    private let errors: Pipe

    /// Starts the program; what it writes is kept until ``finish(within:)``, where it fits into a pipe.
    ///
    /// - Parameter keepsErrors: whether what it writes to standard error is kept too; otherwise it goes to that of the
    ///   tests.
    init(_ name: String, _ arguments: [String], keepsErrors: Bool = false) throws {
        guard let place = Self.place(of: name) else { throw ProgramError("\(name) is not built beside the tests") }
        let process = process
        (output, errors) = try startingAlone {
            let (output, errors) = (Pipe(), Pipe())
            process.executableURL = place
            process.arguments = arguments
            process.standardOutput = output
            process.standardError = keepsErrors ? errors : FileHandle.standardError
            try process.run()
            return (output, errors)
        }
    }

    deinit { if process.isRunning { kill() } }

    /// Ends the program as a power cut would.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Waits for the program to end by itself.
    ///
    /// - Returns: its exit code, and what it has written.
    func finish(within duration: Duration) async throws -> (code: Int32, output: String) {
        let isOver = try await eventually(within: duration) { !self.process.isRunning }
        guard isOver else {
            kill()
            throw ProgramError("\(process.arguments ?? []) did not end within \(duration)")
        }
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    /// Runs a program that ends at once.
    ///
    /// - Returns: its exit code, and what it has written to standard error.
    static func refusal(_ name: String, _ arguments: [String]) async throws -> (code: Int32, errors: String) {
        let program = try BuiltProgram(name, arguments, keepsErrors: true)
        let code = try await program.finish(within: .seconds(20)).code
        return (code, try program.keptErrors())
    }

    /// What a program that has ended has written to standard error.
    func keptErrors() throws -> String {
        String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    private static func place(of name: String) -> URL? {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let neighbours: [URL] = [Bundle.main.executableURL, bundle?.bundleURL].compactMap { $0 }
        let places = neighbours.map { $0.deletingLastPathComponent().appendingPathComponent(name) }
        return places.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}

/// Asks every few milliseconds until the answer is yes or the time is over.
func eventually(
    within duration: Duration, _ condition: () throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + duration
    while try !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}

struct ProgramError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Starts a child while no other part of the tests does: a child inherits what is open for its siblings at that moment,
/// and whoever waits for a sibling would wait for it too.
func startingAlone<Result>(_ start: () throws -> Result) rethrows -> Result {
    let lock = open(NSTemporaryDirectory() + "skein-tests-\(getpid()).lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    flock(lock, LOCK_EX)
    defer { close(lock) }
    return try start()
}
