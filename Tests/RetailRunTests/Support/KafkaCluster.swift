#if Kafka
import ChildPrograms
import Foundation

/// librdkafka's mock cluster, for the length of a test: `KafkaMock` as a child.
final class KafkaCluster {
    /// As `retail run` takes it.
    let channel: String
    private let process = Process()
    private let input: Pipe
    private let output: Pipe

    init(brokers: Int = 3) throws {
        guard let program = ChildProgram.place(of: "KafkaMock") else { throw ProgramError("KafkaMock is not built") }
        process.executableURL = program
        process.arguments = ["\(brokers)"]
        (input, output) = try ChildProgram.start(process) { process in
            let (input, output) = (Pipe(), Pipe())
            (process.standardInput, process.standardOutput) = (input, output)
            try process.run()
            return (input, output)
        }
        channel = "kafka://" + (try Self.line(of: output))
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Gives a command of `KafkaMock`, and waits until it is obeyed.
    func obey(_ command: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
        let answer = try Self.line(of: output)
        guard answer == "ok" else { throw ProgramError("'\(command)': \(answer)") }
    }

    private static func line(of pipe: Pipe) throws -> String {
        var line: [UInt8] = []
        while let byte = try pipe.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }
}
#endif
