#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinMessages
import SkeinTransport
import Testing

/// Points 8 and 11 of the contract of `Transport`, for messages beyond the limit of the reader.
@Suite("Messages over STOMP that are too large for their reader", .fewAtATime)
struct StompTooLargeTests {
    private func narrow(_ scene: Scene) async throws -> any TransportSource {
        try await scene.source([scene.commands]) { $0.maximumMessageSize = 1000 }
    }

    /// Sends three messages, of which the second is too large, and takes them in.
    private func sendAndTake(_ scene: Scene, _ source: any TransportSource) async throws {
        let sender = try await scene.sender()
        let large = Data(repeating: 0x20, count: 50_000)
        let batch = [
            try scene.message("1", to: scene.commands), try scene.message("2", to: scene.commands, body: large),
            try scene.message("3", to: scene.commands),
        ]
        #expect(try await sender.send(OutboundBatch(batch)).areAcknowledged)
        let messages = try await source.take(3)
        #expect(messages.map(\.id) == ["1", "unreadable", "3"])
        guard case .unreadable(let unreadable) = messages[1].content else { return }
        #expect(
            unreadable.reason == "the message has a body of 50000 bytes; at most 1000 are read: raise "
                + "StompConfiguration.maximumMessageSize")
        #expect(unreadable.key == "k" && unreadable.headers["ce_id"] == "2" && unreadable.body.isEmpty)
        await sender.close()
    }

    @Test("come without their bodies, once, and those behind them come as well", arguments: BrokerProcess.Kind.allCases)
    func leftOut(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let source = try await narrow(scene)
        try await sendAndTake(scene, source)
        await source.close()
        let again = try await narrow(scene)
        let sender = try await scene.sender()
        #expect(try await sender.send(OutboundBatch([scene.message("4", to: scene.commands)])).areAcknowledged)
        #expect(try await again.take(1).map(\.id) == ["4"])
        await again.close()
        await sender.close()
    }

    @Test("lie among the dead letters of ActiveMQ, from where they come back whole when the limit is raised")
    func kept() async throws {
        let scene = try await Scene(.activeMQ)
        let source = try await narrow(scene)
        try await sendAndTake(scene, source)
        await source.close()
        let narrow = scene.transport { $0.maximumMessageSize = 1000 }.deadLetters()
        let origin = "/queue/\(scene.component).commands"
        let letter = try #require(try await narrow.list(limit: 400).first { $0.origin == origin })
        // What was not read cannot be sent back.
        #expect(try await narrow.sendBack(id: letter.id) == false)
        #expect(try await scene.transport().deadLetters().sendBack(id: letter.id))
        let wide = try await scene.source([scene.commands])
        let back = try #require(try await wide.take(1).first)
        #expect(back.id == "2" && back.envelope?.payload.bytes.count == 50_000)
        await wide.close()
    }

    /// What a stranger sends, and why it is not read.
    struct Oversized: Sendable, CustomTestStringConvertible {
        let kind: BrokerProcess.Kind
        let headers: String
        let body: String
        let reason: String
        let testDescription: String

        init(_ kind: BrokerProcess.Kind, _ what: String, headers: String = "", body: String = "", reason: String) {
            (self.kind, self.headers, self.body, self.reason) = (kind, headers, body, reason)
            testDescription = "\(kind), \(what)"
        }

        private static let many = (0..<995).map { "h\($0):x\n" }.joined()

        /// ActiveMQ takes no header of more than 10,240 bytes over STOMP; only clients with other protocols have them.
        static let all = [
            Oversized(
                .activeMQ, "text without a length", body: String(repeating: "x", count: 5000),
                reason: "a body of 5000 bytes; at most 1000 are read"),
            Oversized(.activeMQ, "many headers", headers: many, reason: "more than 1000 headers"),
            Oversized(.rabbitMQ, "many headers", headers: many, reason: "more than 1000 headers"),
            Oversized(
                .rabbitMQ, "a long header", headers: "long:" + String(repeating: "x", count: 70_000) + "\n",
                reason: "a header 'long' of more than 65536 bytes"),
            Oversized(
                .activeMQ, "a malformed header", headers: "a\\t:1\n",
                reason: "'a\\t' has an escape that is not defined"),
            Oversized(.rabbitMQ, "a header without name", headers: ":1\n", reason: "a header has no name"),
        ]
    }

    @Test("or break a rule in their headers do not hold up those behind them, either", arguments: Oversized.all)
    func strangers(sent: Oversized) async throws {
        let scene = try await Scene(sent.kind)
        let source = try await narrow(scene)
        let sender = try await scene.sender()
        #expect(try await sender.send(OutboundBatch([scene.message("1", to: scene.commands)])).areAcknowledged)
        try PlainStomp(port: scene.broker.ports.stomp).exchange(
            "SEND\ndestination:/queue/\(scene.component).commands\npersistent:true\nreceipt:1\n\(sent.headers)\n"
                + "\(sent.body)\0", until: "RECEIPT")
        #expect(try await sender.send(OutboundBatch([scene.message("3", to: scene.commands)])).areAcknowledged)
        let messages = try await source.take(3)
        #expect(messages.map(\.id) == ["1", "unreadable", "3"])
        guard case .unreadable(let unreadable) = messages[1].content else { return }
        #expect(unreadable.reason.contains(sent.reason), "\(unreadable.reason)")
        await source.close()
        let again = try await narrow(scene)
        #expect(try await sender.send(OutboundBatch([scene.message("4", to: scene.commands)])).areAcknowledged)
        #expect(try await again.take(1).map(\.id) == ["4"])
        await again.close()
        await sender.close()
        guard sent.kind == .activeMQ else { return }
        let letters = scene.transport { $0.maximumMessageSize = 1000 }.deadLetters()
        let id = try #require(messages[1].origin.messageID)
        #expect(try await letters.list(limit: 400).contains { $0.id == id })
        #expect(try await letters.sendBack(id: id) == false)
    }
}
#endif
