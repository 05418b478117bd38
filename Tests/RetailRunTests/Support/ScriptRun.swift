import ChildPrograms
import Foundation
import Testing

/// A script of the folder `Scripts`, run to its end.
enum ScriptRun {
    private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Scripts")

    /// - Parameters:
    ///   - programs: the folder in which the script looks for built programs.
    ///   - environment: what the script has beside the environment of the tests.
    /// - Returns: the exit code, and what was written to standard error.
    static func finish(
        _ script: String, _ arguments: [String], programs: String, environment: [String: String] = [:]
    ) async throws -> (code: Int32, errors: String) {
        let process = Process()
        process.executableURL = scripts.appendingPathComponent(script)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            environment.merging(["DEMO_BIN": programs]) { $1 }
        ) { $1 }
        process.standardOutput = FileHandle.nullDevice
        let errors = try ChildProgram.start(process) { process in
            let errors = Pipe()
            process.standardError = errors
            try process.run()
            return errors
        }
        try await waitUntil("the end of \(script)") { !process.isRunning }
        let text = try errors.fileHandleForReading.readToEnd() ?? Data()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
