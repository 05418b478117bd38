import ChildPrograms
import Foundation
import Synchronization
import Testing

/// The built command, run as a user would.
struct Skein {
    struct Result {
        var exitCode: Int32
        var output: String
        var error: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// The lines of the output, each a JSON object.
        func objects() throws -> [[String: Any]] {
            try lines.map { line in
                try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
    }

    /// Beside the bundle that holds the tests.
    static var binary: URL { ChildProgram.place(of: "skein") ?? URL(fileURLWithPath: ".build/debug/skein") }

    /// Runs the command and waits for it.
    static func run(
        _ arguments: String..., store: String? = nil, columns: Int? = 80, input: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> Result {
        try await run(arguments, store: store, columns: columns, input: input, environment: environment)
    }

    /// Runs the command and waits for it.
    ///
    /// - Parameter limits: a line of a shell that sets limits first, like `ulimit -f 100`.
    static func run(
        _ arguments: [String], store: String? = nil, columns: Int? = 80, input: String? = nil, limits: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            // Waiting for a process must not take a thread from the runtime that answers it.
            Thread.detachNewThread {
                continuation.resume(
                    with: Swift.Result { try wait(for: arguments, store, columns, input, limits, environment) })
            }
        }
    }

    private static func wait(
        for arguments: [String], _ store: String?, _ columns: Int?, _ input: String?, _ limits: String?,
        _ more: [String: String]
    ) throws -> Result {
        let process = Process()
        process.executableURL = limits == nil ? binary : URL(fileURLWithPath: "/bin/bash")
        let shell = limits.map { ["-c", $0 + #"; exec "$0" "$@""#, binary.path] } ?? []
        process.arguments = shell + arguments
        var environment = ProcessInfo.processInfo.environment.merging(more) { $1 }
        environment["SKEIN_STORE"] = store
        environment["COLUMNS"] = columns.map(String.init)
        process.environment = environment
        let (output, error) = try start(process, input: input)
        let texts = [output, error].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return Result(exitCode: process.terminationStatus, output: texts[0], error: texts[1])
    }

    /// Starts a process and gives it all of its input.
    static func start(_ process: Process, input: String? = nil) throws -> (output: Pipe, error: Pipe) {
        try ChildProgram.start(process) { process in
            let (output, error, standardInput) = (Pipe(), Pipe(), Pipe())
            (process.standardOutput, process.standardError, process.standardInput) = (output, error, standardInput)
            try process.run()
            try standardInput.fileHandleForWriting.write(contentsOf: Data((input ?? "").utf8))
            try standardInput.fileHandleForWriting.close()
            return (output, error)
        }
    }

    /// Reads what a process writes, on a thread of its own, until `isEnough` says so or it ends.
    static func read(_ pipe: Pipe, until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        let handle = pipe.fileHandleForReading
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text = ""
                while !isEnough(text) {
                    let data = handle.availableData
                    if data.isEmpty { break }
                    text += String(decoding: data, as: UTF8.self)
                }
                continuation.resume(returning: text)
            }
        }
    }
}
