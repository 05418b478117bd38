import Foundation
import SkeinActions
import SkeinCloudEvents
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("A message that nobody can read")
struct UnreadableTests {
    private let broker = MemoryBroker()
    private let events = Destination.events(of: "teller")

    @Test("is recorded and parked with an incident, and those behind it come")
    func parked() throws {
        let shop = try Apart.processes(broker)
        try store(#"{"about":"a"}"#)
        try shop.tell("a", "one")
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == ["one"])
        let incident = try #require(try shop.incidents().first)
        #expect(incident.subscription == "skein/handlers")
        #expect(incident.error.contains("it is no CloudEvent"))
        #expect(incident.error.contains("teller.events"))
        let report = try #require(try shop.process(of: "listener").runtime.channelReports.first)
        #expect(report.received.unreadable == 1)
        try shop.crash("listener")
        shop.run(for: .minutes(1))
        #expect(try shop.incidents().count == 1)
    }

    @Test("takes its place when an operator edits it into a CloudEvent")
    func repaired() throws {
        let shop = try Apart.processes(broker)
        try store("rubbish")
        shop.run(for: .minutes(1))
        let incident = try #require(try shop.incidents().first)
        let told = try CloudEvent(envelope("repaired")).json()
        try shop.process(of: "listener").operate(.edit(incident: incident.id, payload: told))
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == ["repaired"])
        #expect(try shop.incidents().isEmpty)
    }

    @Test("takes its place also under an id that another source has given")
    func repairedUnderKnownID() async throws {
        let shop = try Apart.processes(broker)
        func event(_ source: String) -> CloudEvent {
            CloudEvent(
                id: "7", source: source, type: "teller.told", subject: "a", dataContentType: "application/json",
                data: Data(#"{"about":"a","text":"\#(source)"}"#.utf8))
        }
        try await send(try Envelope(event("/till/1"), receivedAt: Timestamp(microseconds: 0)), to: events)
        try store("rubbish")
        shop.run(for: .minutes(1))
        let incident = try #require(try shop.incidents().first)
        let repaired = try event("/till/2").json()
        try shop.process(of: "listener").operate(.edit(incident: incident.id, payload: repaired))
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == ["/till/1", "/till/2"])
    }

    @Test("may be a command that nobody here owns")
    func foreign() async throws {
        let shop = try Apart.processes(broker)
        var envelope = envelope("x")
        (envelope.metadata.kind, envelope.metadata.name) = (.command, "elsewhere.do")
        try await send(envelope, to: .commands(to: "listener"))
        shop.run(for: .minutes(1))
        let incident = try #require(try shop.incidents().first)
        #expect(incident.error.contains("no component here handles the command 'elsewhere.do'"))
    }

    @Test("is not a CloudEvent of another system that calls a command by its name")
    func foreignCommand() async throws {
        let shop = try Apart.processes(broker)
        let event = CloudEvent(
            id: "1", source: "https://example.org/till", type: "teller.tell", subject: "a",
            dataContentType: "application/json", data: Data(#"{"about":"a","text":"from afar"}"#.utf8))
        try await send(try Envelope(event, receivedAt: Timestamp(microseconds: 0)), to: .commands(to: "teller"))
        shop.run(for: .minutes(1))
        #expect(try shop.incidents().isEmpty)
        #expect(try shop.heard(about: "a") == ["from afar"])
    }

    @Test("has no more of its headers recorded than there is room for")
    func manyHeaders() throws {
        let shop = try Apart.processes(broker)
        let value = String(repeating: "h", count: 60_000)
        let headers = Dictionary(uniqueKeysWithValues: (1001...2000).map { ("header-\($0)", value) })
        broker.storeUnreadable(
            UnreadableMessage(headers: headers, body: Data("rubbish".utf8), reason: "it is no CloudEvent"), in: events)
        try shop.tell("a", "one")
        shop.run(for: .minutes(1))
        #expect(try shop.incidents().count == 1)
        #expect(try shop.heard(about: "a") == ["one"])
        let record = try #require(
            try shop.process(of: "listener").log().first { $0.envelope.name == UnreadableReceived.name })
        let recorded = try JSONDecoder().decode(UnreadableReceived.self, from: record.envelope.payload.bytes)
        #expect(recorded.headers.keys.sorted() == (1001...1004).map { "header-\($0)" })
        #expect(recorded.headersLeftOut == 996 && recorded.body == "rubbish")
    }

    @Test("may be one whose attributes take more room than there is")
    func largeAttributes() async throws {
        let shop = try Apart.processes(broker)
        var envelope = envelope("x")
        envelope.context.extensions["notes"] = .string(String(repeating: "n", count: 2_000_000))
        try await send(envelope, to: events)
        shop.run(for: .minutes(1))
        let incident = try #require(try shop.incidents().first)
        #expect(
            incident.error.hasPrefix(
                "'teller.told' has extension attributes of 2000005 bytes; at most 1048576 are recorded"))
    }

    private func envelope(_ text: String) -> Envelope {
        let id = MessageID("told-\(text)")
        return Envelope(
            time: Timestamp(microseconds: 0),
            metadata: Envelope.Metadata(
                id: id, kind: .event, name: Told.name, version: Told.version, source: "teller", subject: "a"),
            context: Envelope.Context(correlationID: id),
            payload: Payload(
                contentType: "application/json", bytes: Data(#"{"about":"a","text":"\#(text)"}"#.utf8)))
    }

    private func store(_ body: String) throws {
        broker.storeUnreadable(
            UnreadableMessage(headers: [:], body: Data(body.utf8), reason: "it is no CloudEvent"), in: events)
    }

    private func send(_ envelope: Envelope, to destination: Destination) async throws {
        let sender = try await broker.transport().openSender(SenderRequest(channel: "shop", process: "outside"))
        _ = try await sender.send(OutboundBatch([OutboundMessage(envelope, to: destination)]))
        await sender.close()
    }
}
