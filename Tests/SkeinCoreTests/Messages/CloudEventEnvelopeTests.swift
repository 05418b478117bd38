import SkeinCloudEvents
import Foundation
import SkeinCore
import Testing

@Suite("CloudEvents and envelopes")
struct CloudEventEnvelopeTests {
    private let now = Timestamp.epoch.advanced(by: .days(20_000))

    private func envelope(extensions: [String: ExtensionValue] = [:], subject: String = "p1") -> Envelope {
        let metadata = Envelope.Metadata(
            id: "m2".id, kind: .command, name: "payment.charge", version: "2.1.0", source: "order", subject: subject)
        let context = Envelope.Context(
            correlationID: "m0".id, causationID: "m1".id, user: "kermit", recipient: "payment",
            assets: [.resource(id: "4711", type: "order")], extensions: extensions)
        return Envelope(
            time: now, metadata: metadata, context: context,
            payload: Payload(bytes: Data(#"{"amount":1}"#.utf8)))
    }

    @Test("an envelope is written with legal names, and defaults left out")
    func writing() throws {
        let json = String(decoding: try CloudEvent(envelope()).json(), as: UTF8.self)
        let assets = #"[{\"resource\":\"4711\",\"type\":\"order\"}]"#
        #expect(
            json == #"{"specversion":"1.0","id":"m2","source":"order","type":"payment.charge","subject":"p1","#
                + #""time":"2024-10-04T00:00:00Z","datacontenttype":"application/json","assets":"\#(assets)","#
                + #""causationid":"m1","correlationid":"m0","kind":"command","recipient":"payment","#
                + #""schemaversion":"2.1.0","userid":"kermit","data":{"amount":1}}"#)
    }

    @Test("an envelope that no CloudEvent can hold is refused, naming the attribute")
    func refusing() throws {
        var late = envelope()
        late.time = Timestamp(microseconds: .max)
        var malformed = envelope()
        malformed.metadata.version = "1"
        let cases = [
            (envelope(subject: "a\nb"), "'subject'"), (envelope(extensions: ["kind": .integer(1)]), "'kind'"),
            (envelope(extensions: ["subject": .integer(1)]), "'subject'"), (late, "'time'"),
            (envelope(extensions: ["No": .integer(1)]), "'No'"), (malformed, "'schemaversion'"),
        ]
        for (envelope, attribute) in cases {
            let error = try #require(throws: MessageError.self) { try CloudEvent(envelope) }
            #expect(error.code == .invalidCloudEvent && error.message.contains(attribute), "\(error)")
        }
    }

    @Test(
        "an event of ours with a broken attribute is refused, never taken for a foreign one",
        arguments: [
            ("schemaversion", "1.0"), ("traceparent", "00-1"), ("assets", "{}"),
            ("assets", #"[{"url":"a","resource":"b","type":"c"}]"#), ("assets", #"[{"url":"a"}]"#),
        ])
    func broken(attribute: String, text: String) throws {
        var event = try CloudEvent(envelope())
        event.extensions[attribute] = .string(text)
        let error = try #require(throws: MessageError.self) { try Envelope(event, receivedAt: now) }
        #expect(error.code == .invalidCloudEvent && error.message.contains("'\(attribute)'"))
    }

    @Test("a foreign event gets sensible defaults")
    func foreign() throws {
        let event = CloudEvent(id: "7", source: "https://x.example/", type: "com.example.thing.made", data: Data([1]))
        let envelope = try Envelope(event, receivedAt: now)
        #expect(envelope.kind == .event && envelope.version == "1.0.0" && envelope.time == now)
        #expect(envelope.subject == "7" && envelope.correlationID == "7".id && envelope.causationID == nil)
        #expect(envelope.source == "https://x.example/" && envelope.name == "com.example.thing.made")
    }

    @Test("a foreign event's correlation, causation and trace are understood")
    func documentedExtensions() throws {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let event = CloudEvent(
            id: "7", source: "s", type: "t",
            extensions: [
                "correlationid": .string("c"), "causationid": .string("d"), "traceparent": .string(parent),
            ])
        let context = try Envelope(event, receivedAt: now).context
        #expect(context.correlationID == "c".id && context.causationID == "d".id && context.trace?.parent == parent)
    }
}

extension String {
    fileprivate var id: MessageID { MessageID(self) }
}
