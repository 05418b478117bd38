import ChildPrograms
import Foundation
import Synchronization

/// A broker of its own ports and folder, which ends with its owner: a shell kills it when its standard input ends, and
/// that ends when the owner or the whole test process does, however that dies.
final class BrokerProcess: Sendable {
    /// Which broker, and how it is started.
    enum Kind: String, Sendable, CaseIterable, CustomStringConvertible {
        case activeMQ
        case rabbitMQ

        var description: String { rawValue }
    }

    let kind: Kind
    /// Whether it takes messages of nearly 100 MB; else of 1 MB at most, as far as it knows a limit.
    let takesHugeMessages: Bool
    let folder: TemporaryFolder
    let ports: Ports
    private let running = Mutex<Running?>(nil)

    struct Ports: Sendable {
        let stomp: Int
        let tls: Int
        let clientTLS: Int
        let distribution: Int
        let names: Int
    }

    private struct Running {
        let process: Process
        let lifeline: Pipe
    }

    /// Starts a broker and waits until it accepts connections.
    init(_ kind: Kind, takesHugeMessages: Bool = false) async throws {
        (self.kind, self.takesHugeMessages) = (kind, takesHugeMessages)
        folder = try TemporaryFolder()
        let free = try FreePorts.take(5)
        ports = Ports(stomp: free[0], tls: free[1], clientTLS: free[2], distribution: free[3], names: free[4])
        try BrokerFiles.write(for: self)
        try await start()
    }

    deinit { end() }

    /// Starts it again on the data that it has.
    func start() async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", Self.supervisor, "supervisor", folder.file("run.sh"), folder.path]
        let log = folder.file("output")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: log)
        process.standardError = FileHandle(forWritingAtPath: log)
        for name in ["keep", "ended"] { try? FileManager.default.removeItem(atPath: folder.file(name)) }
        try running.withLock { running in
            // A broker that inherited what tells of a sibling's end would keep that from being told.
            running = try ChildProgram.start(process, isEndless: true) { process in
                let lifeline = Pipe()
                // Nobody else may inherit the end that keeps the broker alive.
                _ = fcntl(lifeline.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
                process.standardInput = lifeline
                try process.run()
                return Running(process: process, lifeline: lifeline)
            }
        }
        try await waitUntil("\(kind) that accepts connections") {
            let hasEnded = FileManager.default.fileExists(atPath: folder.file("ended"))
            guard !hasEnded else { throw NeverHappened("\(kind), which ended with: \(folder.text("output"))") }
            return isReady()
        }
    }

    /// Whether the broker lets a user in. RabbitMQ listens for STOMP before it knows its users.
    private func isReady() -> Bool {
        guard LoopbackSocket.accepts(ports.stomp), (try? PlainStomp(port: ports.stomp)) != nil else { return false }
        return kind == .rabbitMQ || LoopbackSocket.accepts(ports.tls) && LoopbackSocket.accepts(ports.clientTLS)
    }

    /// Kills it with signal 9 and waits for its end.
    func kill() async throws {
        _ = FileManager.default.createFile(atPath: folder.file("keep"), contents: nil)
        guard let process = end() else { return }
        try await waitUntil("the end of \(kind)") {
            !process.isRunning && !LoopbackSocket.accepts(ports.stomp)
        }
    }

    @discardableResult
    private func end() -> Process? {
        let last = running.withLock { running in
            defer { running = nil }
            return running
        }
        try? last?.lifeline.fileHandleForWriting.close()
        return last?.process
    }

    /// The broker is a group of processes, which die together. The folder goes with them, unless it is to be started
    /// again. The shell waits for programs in the foreground alone, because it may have been started with signals
    /// blocked that the built-in `wait` needs.
    private static let supervisor = """
        exec 3<&0
        setsid /bin/sh -c '/bin/sh "$1"; echo > "$2/ended"' broker "$1" "$2" </dev/null 3<&- &
        group=$!
        cat <&3 >/dev/null
        kill -s KILL -- -$group
        [ -e "$2/keep" ] || rm -rf "$2"
        """
}
