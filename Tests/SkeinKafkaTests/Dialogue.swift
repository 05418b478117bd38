import ChildPrograms
import Foundation
import Synchronization

/// A child that says one line when it is ready, answers each further line with one, and ends when its input does, so
/// also when this process is killed.
final class Dialogue: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The first line.
    let greeting: String
    private let process: Process
    private let lines: Mutex<(input: FileHandle, output: FileHandle)>

    init(_ program: URL, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        let (input, output) = try ChildProgram.start(process) { process in
            let (input, output) = (Pipe(), Pipe())
            (process.standardInput, process.standardOutput) = (input, output)
            try process.run()
            return (input, output)
        }
        self.process = process
        lines = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
        greeting = try Self.line(of: output.fileHandleForReading, program)
    }

    deinit {
        lines.withLock { try? $0.input.close() }
        process.waitUntilExit()
    }

    /// Says a line, and waits for the answer.
    func say(_ line: String) throws -> String {
        try lines.withLock { lines in
            try lines.input.write(contentsOf: Data((line + "\n").utf8))
            return try Self.line(of: lines.output, process.executableURL)
        }
    }

    private static func line(of handle: FileHandle, _ program: URL?) throws -> String {
        var line: [UInt8] = []
        while let byte = try handle.read(upToCount: 1)?.first {
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        throw Failure(description: "\(program?.lastPathComponent ?? "the child") has ended")
    }
}
