import Foundation

/// ActiveMQ as a child process with a folder of its own; it ends with this object.
///
/// `Scripts/Apart/broker.sh` starts it, as it does for `make demo-activemq`.
final class StompBroker {
    /// `stomp://127.0.0.1:PORT`.
    let address: String
    let port: Int32
    private let process = Process()
    private let input = Pipe()
    private let folder: URL

    private static let script = """
        set -u
        folder="$1" bin=.build/debug
        . Scripts/Apart/broker.sh
        broker_start activemq
        for attempt in {1..600}; do
            if (exec 3<>"/dev/tcp/127.0.0.1/$broker_port") 2>/dev/null; then break; fi
            sleep 0.1
        done
        echo "$broker_port"
        read -r
        broker_end
        """

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "skein-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", Self.script, "broker", folder.path]
        let output = Pipe()
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let line = BenchBroker.line(of: output.fileHandleForReading)
        guard let port = Int32(line) else {
            throw UnexpectedOutcome(description: "ActiveMQ has not started: \(line)")
        }
        (self.port, address) = (port, "stomp://127.0.0.1:\(port)")
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
