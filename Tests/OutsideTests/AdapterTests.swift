import Foundation
import SkeinCloudEvents
import SkeinMessages
import SkeinStorage
import Testing

/// Compiled as a package of its own would be: without what this package keeps to itself.
@Suite("Who writes an adapter of a store")
struct AdapterTests {
    private let envelope: Envelope

    init() throws {
        envelope = Envelope(
            time: Timestamp(microseconds: 7),
            metadata: Envelope.Metadata(
                id: MessageID("m-1"), kind: .event, audience: .todo, name: try MessageName(validating: "till.paid"),
                version: try SchemaVersion(validating: "1.2.3"), source: "till", subject: "kermit"),
            context: Envelope.Context(
                correlationID: MessageID("m-0"), causationID: MessageID("m-0"),
                trace: try TraceContext(parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                user: "piggy", recipient: "books", assets: [.resource(id: "4711", type: "invoice")],
                extensions: ["region": .string("north")]),
            payload: Payload(bytes: Data("{}".utf8)))
    }

    @Test("makes an envelope of a row, with each value in its place")
    func envelopeOfRow() {
        #expect(envelope.time == Timestamp(microseconds: 7) && envelope.id == MessageID("m-1"))
        #expect(envelope.metadata.kind == .event && envelope.metadata.audience == .todo)
        #expect("\(envelope.name)" == "till.paid" && envelope.metadata.version.description == "1.2.3")
        #expect(envelope.metadata.source == "till" && envelope.subject == "kermit")
        let context = envelope.context
        #expect(context.correlationID == MessageID("m-0") && context.causationID == MessageID("m-0"))
        #expect(context.trace?.parent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        #expect(context.user == "piggy" && context.recipient == "books")
        #expect(context.assets == [.resource(id: "4711", type: "invoice")])
        #expect(context.extensions == ["region": .string("north")])
        #expect(envelope.payload.contentType == "application/json" && envelope.payload.bytes == Data("{}".utf8))
    }

    @Test("reads the names and versions of a row, and is told of what is none")
    func text() {
        #expect(throws: MessageError.self) { try MessageName(validating: "till") }
        #expect(throws: MessageError.self) { try SchemaVersion(validating: "1.2") }
    }

    @Test("hears of a CloudEvent that is none by its code")
    func cloudEvent() throws {
        let error = #expect(throws: MessageError.self) { try CloudEvent(json: Data("[]".utf8)) }
        #expect(error?.code == .invalidCloudEvent)
    }
}
