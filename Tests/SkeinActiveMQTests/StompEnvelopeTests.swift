import Foundation
import SkeinMessages
import SkeinTransport
import Testing

@testable import SkeinActiveMQ

@Suite("Envelopes in STOMP messages")
struct StompEnvelopeTests {
    private let now = Timestamp(microseconds: 5_000_000)

    /// A message as a broker would deliver it.
    private func frame(_ message: OutboundMessage) throws -> StompFrame {
        let headers = try StompEnvelope.headers(of: message, replyDestination: "/queue/order.replies")
        let own = [StompFrame.Header("message-id", "ID:1"), StompFrame.Header("subscription", "s1")]
        let sent = StompFrame(.message, own + headers, body: message.envelope.payload.bytes, isCounted: true)
        var parser = StompFrameParser()
        parser.append(StompFrameEncoder.bytes(of: sent))
        return try #require(try parser.next())
    }

    @Test("come back equal in every section", arguments: [StompSamples.message(), StompSamples.full])
    func exact(message: OutboundMessage) throws {
        let frame = try frame(message)
        #expect(StompEnvelope.content(of: frame, receivedAt: now) == .envelope(message.envelope))
        #expect(StompEnvelope.isRepeated(frame) == message.isRepeated)
        #expect(StompEnvelope.replyTo(of: frame) == message.replyTo ?? StompEnvelope.replyTo(of: frame))
    }

    @Test("have headers that JMS can select by, the group of their key, and persistence")
    func headers() throws {
        let headers = try StompEnvelope.headers(of: StompSamples.message(), replyDestination: nil)
        let frame = StompFrame(.send, headers)
        #expect(frame["ce_type"] == "payment.received")
        #expect(frame["ce_specversion"] == "1.0")
        #expect(frame["content-type"] == "application/json")
        #expect(frame["JMSXGroupID"] == "k1")
        #expect(frame["persistent"] == "true")
        #expect(headers.allSatisfy { !$0.name.hasPrefix("ce_") || $0.name.allSatisfy { $0 != "-" && $0 != ":" } })
        let catalogue = StompSamples.message(to: .catalogue)
        #expect(
            StompFrame(.send, try StompEnvelope.headers(of: catalogue, replyDestination: nil))["persistent"] == "false")
    }

    @Test("say where an answer goes, to us and to JMS clients")
    func replies() throws {
        let frame = try frame(StompSamples.full)
        #expect(frame["reply-to"] == "/queue/order.replies")
        #expect(frame["skein_replyto"] == "order")
        let stranger = StompFrame(.message, [StompFrame.Header("reply-to", "/queue/answers")])
        #expect(StompEnvelope.replyTo(of: stranger) == "/queue/answers")
    }

    @Test("are read from one JSON object as well")
    func structured() throws {
        let json = #"{"specversion":"1.0","id":"7","source":"shop","type":"shop.sold","data":{"a":1}}"#
        let headers = [
            StompFrame.Header("content-type", "application/cloudevents+json; charset=utf-8"),
            StompFrame.Header("timestamp", "1700000000000"),
        ]
        let content = StompEnvelope.content(
            of: StompFrame(.message, headers, body: Data(json.utf8)), receivedAt: now)
        guard case .envelope(let envelope) = content else {
            Issue.record("\(content)")
            return
        }
        #expect(envelope.name == "shop.sold")
        #expect(envelope.time == Timestamp(microseconds: 1_700_000_000_000_000))
        #expect(envelope.payload.bytes == Data(#"{"a":1}"#.utf8))
    }

    @Test(
        "that nobody can read keep their headers, their body and the reason",
        arguments: [
            ([StompFrame.Header("ce_id", "1")], "specversion"),
            ([], "specversion"),
            ([StompFrame.Header("content-type", "application/cloudevents-batch+json")], "batch"),
            ([StompFrame.Header("content-type", "application/cloudevents+json")], "JSON"),
        ])
    func unreadable(headers: [StompFrame.Header], reason: String) throws {
        let all = headers + [StompFrame.Header("JMSXGroupID", "k9")]
        let content = StompEnvelope.content(of: StompFrame(.message, all, body: Data("x".utf8)), receivedAt: now)
        guard case .unreadable(let message) = content else {
            Issue.record("\(content)")
            return
        }
        #expect(message.reason.contains(reason))
        #expect(message.key == "k9")
        #expect(message.body == Data("x".utf8))
        #expect(message.headers.count == all.count)
    }

    @Test(
        "of which something was left out are unreadable, and say what and why, and what to do",
        arguments: [
            (
                StompFrame.LeftOut.body(size: 700, limit: 500),
                "has a body of 700 bytes; at most 500 are read: raise StompConfiguration.maximumMessageSize"
            ),
            (
                .header("a", limit: 40),
                "has a header 'a' of more than 40 bytes, which no setting admits: have its sender write shorter headers"
            ),
            (
                .headers(limit: 4),
                "has more than 4 headers, which no setting admits: have its sender write fewer headers"
            ),
            (
                .malformed(.headerWithoutName),
                "is not STOMP 1.2, because a header has no name: have its sender write other headers"
            ),
        ])
    func leftOut(part: StompFrame.LeftOut, reason: String) throws {
        var frame = StompFrame(.message, [StompFrame.Header("JMSXGroupID", "k9")])
        frame.leftOut = part
        let expected = UnreadableMessage(
            key: "k9", headers: ["JMSXGroupID": "k9"], body: Data(), reason: "the message " + reason)
        #expect(StompEnvelope.content(of: frame, receivedAt: now) == .unreadable(expected))
    }

    @Test("that break a rule of CloudEvents are not sent")
    func unencodable() throws {
        var message = StompSamples.message()
        message.envelope.metadata.source = "not a reference"
        let error = #expect(throws: TransportError.self) {
            try StompEnvelope.headers(of: message, replyDestination: nil)
        }
        #expect(error?.code == .unencodable)
    }
}
