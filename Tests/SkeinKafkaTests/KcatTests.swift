#if Kafka
import ChildPrograms
import Foundation
import SkeinKafka
import SkeinMessages
import SkeinTransport
import Testing

/// A client of Kafka for the command line.
private enum Kcat {
    /// Where it is installed; `nil` where it is not.
    static let place = ["/usr/bin/kcat", "/usr/local/bin/kcat", "/opt/homebrew/bin/kcat"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// What another client of Kafka writes and reads.
@Suite("Kafka: kcat", .fewAtATime, .enabled(if: Kcat.place != nil, "kcat is not installed"))
struct KcatTests {
    /// Runs kcat with an input, and returns its output.
    private func kcat(_ arguments: [String], input: String = "") throws -> String {
        let process = Process()
        process.executableURL = Kcat.place.map { URL(fileURLWithPath: $0) }
        process.arguments = ["-b", try Cluster.servers] + arguments
        process.standardError = FileHandle.nullDevice
        let (standardInput, output) = try ChildProgram.start(process) { process in
            let (input, output) = (Pipe(), Pipe())
            (process.standardInput, process.standardOutput) = (input, output)
            try process.run()
            return (input, output)
        }
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Unexpected("kcat has failed: \(text)") }
        return text
    }

    @Test("reads our headers and key")
    func reads() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("kcat"))
        let sender = try await transport.sender()
        let message = OutboundMessage(
            event("1", of: component, subject: "4711", body: "{\"a\":1}"), to: .events(of: component),
            replyTo: "asker", isRepeated: true)
        _ = try await sender.send(OutboundBatch([message]))
        let text = try kcat(["-C", "-e", "-q", "-t", "\(component).events", "-f", "%k|%h|%s\n"])
        let parts = text.split(separator: "\n").first.map { $0.split(separator: "|") } ?? []
        try #require(parts.count == 3)
        #expect(parts[0] == "4711")
        #expect(parts[2] == "{\"a\":1}")
        let headers = Set(parts[1].split(separator: ",").map(String.init))
        let expected: Set<String> = [
            "ce_specversion=1.0", "ce_id=1", "ce_source=\(component)", "ce_type=order.placed", "ce_subject=4711",
            "ce_kind=event", "content-type=application/json", "skein_reply_to=asker", "skein_repeated=true",
        ]
        #expect(headers.isSuperset(of: expected))
        await sender.close()
    }

    @Test("writes messages that are read, and others that come as unreadable with those behind them")
    func writes() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("kcat"))
        let topic = "\(component).events"
        try await Cluster.makeTopic(topic, partitions: 1)
        let binary = ["ce_specversion=1.0", "ce_id=1", "ce_source=/shop", "ce_type=order.placed", "ce_subject=7"]
        _ = try kcat(["-P", "-t", topic] + binary.flatMap { ["-H", $0] }, input: "hello")
        _ = try kcat(["-P", "-t", topic, "-K", ":"], input: "key:no event")
        _ = try kcat(["-P", "-t", topic, "-H", "content-type=application/cloudevents+json"], input: "{\"id\":")
        let json = #"{"specversion":"1.0","id":"2","source":"/shop","type":"order.placed","data":{"a":1}}"#
        _ = try kcat(["-P", "-t", topic, "-H", "content-type=application/cloudevents+json"], input: json)
        let source = try await transport.source(component, as: "reader")
        let messages = try await source.take(4)
        #expect(messages.map(\.id) == ["1", nil, nil, "2"])
        #expect(messages[0].subject == "7")
        guard case .unreadable(let plain) = messages[1].content, case .unreadable(let broken) = messages[2].content,
            case .envelope(let last) = messages[3].content
        else { throw Unexpected("\(messages)") }
        #expect(plain.key == "key" && plain.body == Data("no event".utf8) && !plain.reason.isEmpty)
        #expect(broken.headers == ["content-type": "application/cloudevents+json"] && !broken.reason.isEmpty)
        #expect(last.payload.bytes == Data(#"{"a":1}"#.utf8))
        await source.close()
    }
}
#endif
