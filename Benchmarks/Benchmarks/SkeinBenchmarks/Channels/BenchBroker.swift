import Foundation

/// The cluster of Kafka that a round uses: the one that the environment variable `SKEIN_KAFKA` names, or a mock with one
/// broker as a child process, which ends with this object.
///
/// The mock answers a consumer only when its time to wait is over, so that time is kept short, and it keeps no more than
/// 5 MB of a partition.
final class BenchBroker {
    /// The brokers as `host:port`, with commas between.
    let servers: String
    /// Begins the names of topics and readers, which no other round has.
    let prefix = "bench-\(UUID().uuidString.prefix(8).lowercased())"
    private let process: Process?
    private let input: FileHandle?

    static let isReal = ProcessInfo.processInfo.environment["SKEIN_KAFKA"] != nil
    /// How long brokers wait for more before they answer consumers, in milliseconds.
    static let fetchWait = isReal ? "500" : "2"

    /// - Parameter topics: those that the mock is to make, without the prefix; each with 16 partitions.
    init(topics: [String]) throws {
        if let real = ProcessInfo.processInfo.environment["SKEIN_KAFKA"] {
            (servers, process, input) = (real, nil, nil)
            return
        }
        let named = ProcessInfo.processInfo.environment["SKEIN_KAFKA_MOCK"]
        let program = URL(filePath: named ?? ".build/debug/KafkaMock")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw UnexpectedOutcome(
                description: "\(program.path) is not there: build it with 'make bench', or name it by SKEIN_KAFKA_MOCK")
        }
        let process = Process()
        process.executableURL = program
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let answers = output.fileHandleForReading
        servers = Self.line(of: answers)
        (self.process, self.input) = (process, input.fileHandleForWriting)
        for command in ["prompt"] + topics.map({ "topic \(topic($0)) 16" }) {
            try input.fileHandleForWriting.write(contentsOf: Data("\(command)\n".utf8))
            let answer = Self.line(of: answers)
            guard answer == "ok" else { throw UnexpectedOutcome(description: "the mock of Kafka says: \(answer)") }
        }
    }

    /// The name of a topic.
    func topic(_ name: String) -> String { "\(prefix).\(name)" }

    deinit {
        try? input?.close()
        process?.waitUntilExit()
    }

    static func line(of handle: FileHandle) -> String {
        var line: [UInt8] = []
        while let byte = try? handle.read(upToCount: 1)?.first, byte != 0x0A { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }
}
