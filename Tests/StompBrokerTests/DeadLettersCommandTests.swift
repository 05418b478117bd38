#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinTransport
import Testing

/// The queue of dead letters is one for the whole broker, so each test has a broker.
@Suite("The command skein dead-letters", .fewAtATime)
struct DeadLettersCommandTests {
    private func url(_ scene: Scene) -> String { "stomp://127.0.0.1:\(scene.broker.ports.stomp)" }

    private func start(_ arguments: [String]) throws -> (process: Process, output: Pipe, error: Pipe) {
        let process = Process()
        process.executableURL = ChildProgram.place(of: "skein")
        process.arguments = ["dead-letters"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging([
            "SKEIN_BROKER_USER": Scene.credentials.user, "SKEIN_BROKER_PASSWORD": Scene.credentials.password,
        ]) { $1 }
        return try ChildProgram.start(process) { process in
            let (output, error) = (Pipe(), Pipe())
            (process.standardOutput, process.standardError) = (output, error)
            process.standardInput = FileHandle.nullDevice
            try process.run()
            return (process, output, error)
        }
    }

    private func run(_ arguments: String...) async throws -> (code: Int32, output: String, error: String) {
        let (process, output, error) = try start(arguments)
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let texts = [output, error].map {
                    String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                }
                process.waitUntilExit()
                continuation.resume(returning: (process.terminationStatus, texts[0], texts[1]))
            }
        }
    }

    @Test("lists what nobody took, and sends one back by its id, once")
    func listing() async throws {
        let scene = Scene(try await BrokerProcess(.activeMQ))
        try await scene.reject(2)
        let list = try await run(url(scene), "--json")
        let letters = try list.output.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(list.code == 0 && letters.count == 2, "\(list)")
        #expect(letters.first?["origin"] as? String == "/queue/\(scene.component).commands")
        #expect(letters.first?["messageID"] as? String == "\(scene.component)-0")
        let id = try #require(letters.last?["id"] as? String)
        #expect(try await run("list", url(scene)).output.contains("/queue/\(scene.component).commands"))
        #expect(try await run("send-back", url(scene), id).output == "Sent back 1 message.\n")
        let again = try await run("send-back", url(scene), id)
        #expect(again.code == 1 && again.error.contains("\(id) is not there"))
        let source = try await scene.source([scene.commands])
        #expect(try await source.take(1).map(\.id) == ["\(scene.component)-1"])
        await source.close()
        try await scene.broker.kill()
    }

    @Test("sends all back though one does not say where it came from, and names that one")
    func pages() async throws {
        let scene = Scene(try await BrokerProcess(.activeMQ))
        let stranger = try PlainStomp(port: scene.broker.ports.stomp)
        try stranger.exchange(
            "SEND\ndestination:/queue/ActiveMQ.DLQ\npersistent:true\nreceipt:1\n\nlost\0", until: "receipt-id:1")
        let lost = try #require(try await scene.transport().deadLetters().list().first).id
        // More than the command takes at once.
        try await scene.reject(450)
        let result = try await run("send-back", url(scene), "--all", "--json")
        #expect(result.code == 1, "\(result)")
        let data = Data(result.output.utf8)
        let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(report["sentBack"] as? Int == 450)
        #expect(report["stayed"] as? [String] == [lost])
        #expect(report["gone"] as? [String] == [])
        #expect(result.error == "skein: \(lost) stays: it does not say where it came from\n")
        #expect(report["reasons"] as? [String: String] == [lost: "it does not say where it came from"])
        let byID = try await run("send-back", url(scene), lost)
        #expect(byID.code == 1 && byID.error == result.error, "\(byID)")
        #expect(!result.error.contains("more are there"))
        try await scene.broker.kill()
    }

    @Test("shows of a letter that it cannot read when it came, its headers, its size and how it begins")
    func foreign() async throws {
        let scene = Scene(try await BrokerProcess(.activeMQ))
        let stranger = try PlainStomp(port: scene.broker.ports.stomp)
        let body = String(repeating: "z", count: 300)
        try stranger.exchange(
            "SEND\ndestination:/queue/ActiveMQ.DLQ\npersistent:true\ncolour:green\nreceipt:1\n\n\(body)\0",
            until: "receipt-id:1")
        let list = try await run(url(scene), "--json")
        let letter = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any])
        #expect(letter["size"] as? Int == 300 && letter["time"] is String, "\(list)")
        #expect(letter["bodyStart"] as? String == String(repeating: "z", count: 200) + "…")
        #expect((letter["headers"] as? [String: String])?["colour"] == "green")
        let text = try await run(url(scene)).output
        #expect(text.contains("  300 bytes: zzz") && text.contains("colour: green"), "\(text)")
        try await scene.broker.kill()
    }

    @Test("loses nothing when it is killed while it sends back, and goes on when it is run again")
    func killed() async throws {
        let scene = Scene(try await BrokerProcess(.activeMQ))
        let count = 300
        try await scene.reject(count)
        let (process, _, _) = try start(["send-back", url(scene), "--all"])
        let source = try await scene.source([scene.commands])
        var arrived = try await source.take(20).map(\.id)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try await run("send-back", url(scene), "--all").code == 0)
        arrived += try await source.take(count - arrived.count).map(\.id)
        #expect(Set(arrived) == Set((0..<count).map { "\(scene.component)-\($0)" }))
        #expect(try await run(url(scene)).output == "No dead letters.\n")
        await source.close()
        try await scene.broker.kill()
    }

    @Test("says that Kafka has no such queue, and names a broker that does not answer without its password")
    func refusals() async throws {
        let kafka = try await run("kafka://localhost:9092")
        #expect(kafka.code == 1 && kafka.error.contains("Kafka has no queue of dead letters"))
        let port = try FreePorts.take(1)[0]
        let silent = try await run("stomp://piggy:s3cret@127.0.0.1:\(port)")
        #expect(silent.code == 69 && silent.error.contains("stomp://127.0.0.1:\(port)"), "\(silent)")
        #expect(!silent.error.contains("s3cret"))
        #expect(try await run("localhost").code == 64)
        #expect(try await run("send-back", "stomp://localhost").code == 64)
    }
}
#endif
