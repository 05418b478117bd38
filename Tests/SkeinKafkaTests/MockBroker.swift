#if Kafka
import ChildPrograms
import Foundation
import Synchronization

/// A cluster that runs for the length of a test: `KafkaMock` as a child.
final class MockBroker: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The brokers as `host:port`, with commas between.
    let servers: String
    private let process: Process
    private let lines: Mutex<(input: FileHandle, output: FileHandle)>

    init(brokers: Int = 1) throws {
        guard let program = ChildProgram.place(of: "KafkaMock") else {
            throw Failure(description: "KafkaMock is not built")
        }
        let process = Process()
        process.executableURL = program
        process.arguments = ["\(brokers)"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try ChildProgram.start(process) { try $0.run() }
        self.process = process
        lines = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
        servers = try Self.line(of: output.fileHandleForReading)
    }

    deinit {
        lines.withLock { try? $0.input.close() }
        process.waitUntilExit()
    }

    /// Gives a command of `KafkaMock`, and waits until it is obeyed.
    func obey(_ command: String) throws {
        let answer = try lines.withLock { lines in
            try lines.input.write(contentsOf: Data((command + "\n").utf8))
            return try Self.line(of: lines.output)
        }
        guard answer == "ok" else { throw Failure(description: "'\(command)': \(answer)") }
    }

    private static func line(of handle: FileHandle) throws -> String {
        var line: [UInt8] = []
        while let byte = try handle.read(upToCount: 1)?.first {
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        throw Failure(description: "KafkaMock has ended")
    }
}
#endif
