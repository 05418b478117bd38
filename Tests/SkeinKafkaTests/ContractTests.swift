#if Kafka
import ChildPrograms
import Foundation
import SkeinKafka
import SkeinMessages
import SkeinTesting
import SkeinTransport
import Testing

@Suite("Kafka: the contract of transports", .fewAtATime)
struct ContractTests {
    @Test("every message has an outcome, and those of a subject come in order", arguments: Acknowledgement.allCases)
    func order(acknowledgement: Acknowledgement) async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("order"))
        let source = try await transport.source(component, as: "reader")
        let sender = try await transport.sender(acknowledgement)
        let events = (0..<200).map { event("\($0)", of: component, subject: "key-\($0 % 7)") }
        try await sender.publish(Array(events[..<120]), of: component)
        try await sender.publish(Array(events[120...]), of: component)
        let messages = try await source.take(200)
        for (subject, found) in Dictionary(grouping: messages, by: { $0.subject ?? "" }) {
            #expect(found.compactMap(\.id) == events.filter { $0.subject == subject }.map(\.id.rawValue))
        }
        await sender.close()
        await source.close()
    }

    @Test("what is received equals what was sent, in both modes", arguments: KafkaContentMode.allCases)
    func exact(mode: KafkaContentMode) async throws {
        let (transport, component) = (try Cluster.transport { $0.contentMode = mode }, Cluster.name("exact"))
        let source = try await transport.openSource(
            SourceRequest(
                channel: "test", process: "reader",
                subscriptions: [
                    SourceSubscription(.commands(to: component), from: .beginning),
                    SourceSubscription(.replies(to: component), from: .beginning),
                ]))
        var full = event("full-日本語", of: component, subject: "a b é 🐦")
        full.metadata.kind = .command
        full.context.causationID = MessageID("cause")
        full.context.user = "Kermit"
        full.context.recipient = "payment"
        full.context.assets = [.url("https://example.org/?a=1&b=\"2\"", type: "image")]
        full.context.extensions = ["flag": .boolean(true), "count": .integer(-7), "text": .string("true")]
        full.payload = Payload(contentType: "application/octet-stream", bytes: Data((0...255).map { UInt8($0) }))
        var empty = event("empty", of: component, subject: "")
        empty.payload = Payload(contentType: "", bytes: Data())
        let sent = [
            OutboundMessage(full, to: .commands(to: component), replyTo: "asker", isRepeated: true),
            OutboundMessage(empty, to: .replies(to: component)),
        ]
        let sender = try await transport.sender()
        for outcome in try await sender.send(OutboundBatch(sent)) {
            guard case .acknowledged = outcome else { throw Unexpected("\(outcome)") }
        }
        let messages = try await source.take(2)
        for message in sent {
            let found = try #require(messages.first { $0.destination == message.destination })
            #expect(found.content == .envelope(message.envelope))
            #expect(found.replyTo == message.replyTo)
            #expect(found.isRepeated == message.isRepeated)
        }
        await sender.close()
        await source.close()
    }

    @Test("a message that is too large is refused alone, and what is behind it with its subject waits")
    func tooLarge() async throws {
        let (transport, component) = (try Cluster.transport { $0.maximumMessageSize = 5_000 }, Cluster.name("large"))
        let sender = try await transport.sender()
        let large = String(repeating: "x", count: 6_000)
        let messages = [
            event("1", of: component, subject: "a"), event("2", of: component, subject: "b", body: large),
            event("3", of: component, subject: "b"), event("4", of: component, subject: "a"),
        ].map { OutboundMessage($0, to: .events(of: component)) }
        let outcomes = try await sender.send(OutboundBatch(messages))
        let words = outcomes.map { outcome in
            switch outcome {
            case .acknowledged: "acknowledged"
            case .refused(let error): "refused \(error.code)"
            case .failed: "failed"
            }
        }
        #expect(words == ["acknowledged", "refused tooLarge", "failed", "acknowledged"])
        await sender.close()
    }

    @Test("what was not acknowledged comes again to the next source, what was does not")
    func atLeastOnce() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("again"))
        let sender = try await transport.sender()
        let first = try await transport.source(component, as: "reader")
        try await sender.publish((0..<10).map { event("\($0)", of: component) }, of: component)
        let messages = try await first.take(10, acknowledges: false)
        // The fourth is missing, so the reader's place is before it.
        try await first.acknowledge(messages.filter { $0.id != "3" })
        await first.close()
        let second = try await transport.source(component, as: "reader")
        #expect(try await second.take(7).compactMap(\.id) == (3..<10).map { "\($0)" })
        await second.close()
        await sender.close()
    }

    @Test("readers with different names get each message, also what came while they were off")
    func readers() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("readers"))
        let off = try await transport.source(component, as: "off", from: .now)
        await off.close()
        let on = try await transport.source(component, as: "on", from: .now)
        let sender = try await transport.sender()
        try await sender.publish((0..<20).map { event("\($0)", of: component, subject: "\($0)") }, of: component)
        #expect(Set(try await on.take(20).compactMap(\.id)).count == 20)
        let again = try await transport.source(component, as: "off", from: .now)
        #expect(Set(try await again.take(20).compactMap(\.id)).count == 20)
        for source in [on, again] { await source.close() }
        await sender.close()
    }

    @Test("a source has no more in hand than its window, and goes on as it is acknowledged", arguments: [1, 10])
    func bounded(window: Int) async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("bounded"))
        let sender = try await transport.sender()
        try await sender.publish((0..<100).map { event("\($0)", of: component) }, of: component)
        let source = try await transport.source(component, as: "reader", window: window)
        let first = try await source.take(window, acknowledges: false)
        let waiting = Task { try await source.receive(limit: 1000) }
        try await source.acknowledge(Array(first.prefix(1)))
        let next = try await waiting.value
        #expect(next.count == 1)
        try await source.acknowledge(first.dropFirst() + next)
        let rest = try await source.take(100 - window - 1)
        #expect((first + next + rest).compactMap(\.id) == (0..<100).map { "\($0)" })
        await source.close()
        await sender.close()
    }

    @Test("a source goes on at its places, and receives nothing below")
    func places() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("places"))
        let sender = try await transport.sender()
        try await sender.publish((0..<40).map { event("\($0)", of: component, subject: "\($0)") }, of: component)
        let first = try await transport.source(component, as: "reader")
        let messages = try await first.take(40)
        await first.close()
        let byPartition = Dictionary(grouping: messages) { $0.origin.partition }
        let places = byPartition.map { partition, messages in
            SourcePlace(
                topic: messages[0].origin.topic, partition: partition,
                next: messages[messages.count / 2].origin.offset ?? 0)
        }
        let expected = byPartition.values.flatMap { $0.suffix($0.count - $0.count / 2) }.compactMap(\.id)
        let second = try await transport.source(component, as: "reader", places: places)
        #expect(Set(try await second.take(expected.count).compactMap(\.id)) == Set(expected))
        await second.close()
        await sender.close()
    }

    @Test("a new reader begins now or with the oldest message")
    func beginnings() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("begin"))
        let sender = try await transport.sender()
        try await sender.publish([event("old", of: component)], of: component)
        let now = try await transport.source(component, as: "now", from: .now)
        let all = try await transport.source(component, as: "all", from: .beginning)
        try await sender.publish([event("new", of: component)], of: component)
        #expect(try await now.take(1).compactMap(\.id) == ["new"])
        #expect(try await all.take(2).compactMap(\.id) == ["old", "new"])
        for source in [now, all] { await source.close() }
        await sender.close()
    }

    @Test("a waiting call ends with the source, and with its task")
    func closing() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("close"))
        let source = try await transport.source(component, as: "reader")
        let cancelled = Task { try await source.receive(limit: 1) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let waiting = Task { try await source.receive(limit: 1) }
        await source.close()
        await source.close()
        do {
            _ = try await waiting.value
            Issue.record("nothing was thrown")
        } catch let error as TransportError {
            #expect(error.code == .closed)
        }
        let sender = try await transport.sender()
        await sender.close()
        await sender.close()
        await #expect(throws: TransportError.self) { try await sender.send(OutboundBatch([])) }
    }

    @Test("the catalogue reaches whoever is connected, and nothing is kept for others")
    func catalogue() async throws {
        let name = Cluster.name("catalogue")
        let transport = try Cluster.transport { $0.topics = { _ in name } }
        let request = SourceRequest(
            channel: "test", process: "reader", subscriptions: [SourceSubscription(.catalogue, from: .now)])
        let sender = try await transport.sender()
        func publish(_ id: String) async throws {
            let outcomes = try await sender.send(OutboundBatch([OutboundMessage(event(id, of: "x"), to: .catalogue)]))
            guard case .acknowledged? = outcomes.first else { throw Unexpected("\(outcomes)") }
        }
        let first = try await transport.openSource(request)
        try await publish("1")
        #expect(try await first.take(1).compactMap(\.id) == ["1"])
        await first.close()
        try await publish("2")
        let second = try await transport.openSource(request)
        try await publish("3")
        #expect(try await second.take(1).compactMap(\.id) == ["3"])
        await second.close()
        await sender.close()
    }

    @Test("what a source has not taken yet is its backlog")
    func backlog() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("backlog"))
        let sender = try await transport.sender()
        try await sender.publish((0..<30).map { event("\($0)", of: component) }, of: component)
        let source = try await transport.source(component, as: "reader", window: 10)
        _ = try await source.take(10, acknowledges: false)
        try await waitUntil("a backlog of at most 20") { (1...20).contains(await source.backlog() ?? 0) }
        await source.close()
        await sender.close()
    }
}
#endif
