import ChildPrograms
import Foundation
import Testing

/// A program of this package, built beside the test bundle, run as a process of its own.
final class BuiltProgram {
    let process = Process()
    private let output: Pipe
    private let errors: Pipe

    /// Starts the program; what it writes is kept until ``finish()``, where it fits into a pipe.
    ///
    /// - Parameters:
    ///   - keepsErrors: whether what it writes to standard error is kept too; otherwise it goes to that of the
    ///     tests.
    ///   - limits: a line of a shell that sets limits first, like `ulimit -f 100`.
    ///   - folder: where it runs; the folder of the tests unless stated.
    init(
        _ name: String, _ arguments: [String], keepsErrors: Bool = false, limits: String? = nil,
        in folder: String? = nil
    ) throws {
        guard let place = ChildProgram.place(of: name) else {
            throw ProgramError("\(name) is not built beside the tests")
        }
        (output, errors) = try ChildProgram.start(process) { process in
            let (output, errors) = (Pipe(), Pipe())
            process.executableURL = limits == nil ? place : URL(fileURLWithPath: "/bin/bash")
            let shell = limits.map { ["-c", $0 + #"; exec "$0" "$@""#, place.path] } ?? []
            process.arguments = shell + arguments
            if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
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

    /// Sends a signal to the program.
    func send(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

    /// Waits for the next line that the program writes; ``finish()`` gives what comes after it.
    func line() throws -> String {
        var bytes: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the owner of a store answers requests of operators.
    static func answer(of store: String) async throws -> Bool {
        try await BuiltProgram("skein", ["store", "relay", "--store", store]).finish().code == 0
    }

    /// Waits for the program to end by itself.
    ///
    /// - Returns: its exit code, and what it has written.
    func finish() async throws -> (code: Int32, output: String) {
        try await waitUntil("the end of \(process.arguments ?? [])") { !process.isRunning }
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    /// Runs a program that ends at once.
    ///
    /// - Returns: its exit code, and what it has written to standard error.
    static func refusal(_ name: String, _ arguments: [String]) async throws -> (code: Int32, errors: String) {
        let program = try BuiltProgram(name, arguments, keepsErrors: true)
        let code = try await program.finish().code
        return (code, try program.keptErrors())
    }

    /// What a program that has ended has written to standard error.
    func keptErrors() throws -> String {
        String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
}

struct ProgramError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
