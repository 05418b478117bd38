import Foundation
import SkeinCore
import SkeinMessages
import SkeinTesting
import SkeinTransport
import Testing

@Suite("A broker in memory")
struct MemoryBrokerTests {
    let broker = MemoryBroker()
    let events = Destination.events(of: "payment")

    @Test("gives a waiting source what is sent, and keeps what is not acknowledged for the next one")
    func waiting() async throws {
        let transport = broker.transport()
        let sender = try await transport.openSender(SenderRequest(channel: "c", process: "payment"))
        let source = try await transport.openSource(request())
        async let received = source.receive(limit: 10)
        _ = try await sender.send(OutboundBatch([message("1"), message("2")]))
        let first = try await received
        #expect(first.map(\.id).first == "1")
        try await source.acknowledge([first[0]])
        await source.close()
        let next = try await transport.openSource(request())
        #expect(try await next.receive(limit: 10).map(\.id) == ["2"])
        #expect(broker.unacknowledged(by: "order", in: events) == 1)
        #expect(broker.messages(sentTo: events).map(\.envelope?.id.rawValue) == ["1", "2"])
        #expect(broker.attempts(of: MessageID("1")) == 1)
    }

    @Test("keeps one partition for one subject, and tells how far a reader has got")
    func places() async throws {
        let transport = broker.transport()
        let sender = try await transport.openSender(SenderRequest(channel: "c", process: "payment"))
        let source = try await transport.openSource(request())
        _ = try await sender.send(OutboundBatch((1...5).map { message("\($0)") }))
        let received = try await source.receive(limit: 5)
        #expect(received.compactMap(\.origin.offset) == [0, 1, 2, 3, 4])
        #expect(Set(received.map(\.origin.partition)).count == 1)
        try await source.acknowledge([received[0], received[1], received[3]])
        let partition = received[0].origin.partition
        let topic = MemoryBroker.topic(of: events)
        #expect(topic == "payment.events")
        #expect(
            broker.places(of: "order", in: events)
                == (0..<4).map { SourcePlace(topic: topic, partition: $0, next: $0 == partition ? 2 : 0) })
        broker.trim()
        #expect(broker.messages(sentTo: events).compactMap(\.position.offset) == [2, 3, 4])
        #expect(broker.attempts(of: MessageID("1")) == 0)
    }

    @Test("lets a place below the oldest message that is there begin with that")
    func trimmedPlaces() async throws {
        let transport = broker.transport()
        let sender = try await transport.openSender(SenderRequest(channel: "c", process: "payment"))
        let source = try await transport.openSource(request())
        _ = try await sender.send(OutboundBatch((1...5).map { message("\($0)") }))
        let received = try await source.receive(limit: 3)
        try await source.acknowledge(received)
        await source.close()
        broker.trim()
        var next = request()
        next.places = [SourcePlace(topic: "payment.events", partition: received[0].origin.partition, next: 1)]
        let again = try await transport.openSource(next)
        #expect(try await again.receive(limit: 9).map(\.id) == ["4", "5"])
        #expect(await again.backlog() == 0)
    }

    @Test("hands the messages of a source that is replaced in its group to the next one")
    func groups() async throws {
        let transport = broker.transport()
        let sender = try await transport.openSender(SenderRequest(channel: "c", process: "payment"))
        func open(_ member: String) async throws -> any TransportSource {
            var request = request()
            request.sharing = .group(member: member)
            return try await transport.openSource(request)
        }
        let first = try await open("1")
        _ = try await sender.send(OutboundBatch([message("1"), message("2")]))
        let stale = try await first.receive(limit: 9)
        broker.rebalance()
        try await first.acknowledge(stale)
        #expect(broker.unacknowledged(by: "order", in: events) == 2)
        #expect(try await first.receive(limit: 9).map(\.isRepeated) == [true, true])
        let replacement = try await open("1")
        await #expect(throws: TransportError.self) { try await first.receive(limit: 1) }
        let again = try await replacement.receive(limit: 9)
        #expect(again.map(\.id) == ["1", "2"])
        try await replacement.acknowledge(again)
        #expect(broker.unacknowledged(by: "order", in: events) == 0)
    }

    @Test("lets a new source of one reader take over from the old one")
    func takeover() async throws {
        let transport = broker.transport()
        let older = try await transport.openSource(request())
        _ = try await transport.openSource(request())
        let error = await #expect(throws: TransportError.self) { try await older.receive(limit: 1) }
        #expect(error?.code == .disconnected)
        #expect(broker.connectedProcesses == ["order"])
    }

    @Test("fails while it is stopped, cuts off a process alone, and loses nothing")
    func outage() async throws {
        let transport = broker.transport()
        let sender = try await transport.openSender(SenderRequest(channel: "c", process: "payment"))
        let source = try await transport.openSource(request())
        _ = try await sender.send(OutboundBatch([message("1")]))
        broker.disconnectAll(of: "order")
        await #expect(throws: TransportError.self) { try await source.receive(limit: 1) }
        _ = try await sender.send(OutboundBatch([message("2")]))
        broker.stop()
        await #expect(throws: TransportError.self) { try await sender.send(OutboundBatch([message("3")])) }
        await #expect(throws: TransportError.self) { try await transport.openSource(request()) }
        broker.start()
        let next = try await transport.openSource(request())
        #expect(try await next.receive(limit: 9).map(\.id) == ["1", "2"])
    }

    @Test("gives the catalogue to whoever is connected, and keeps nothing of it for the others")
    func catalogue() async throws {
        let transport = broker.transport()
        let sender = try await transport.openSender(SenderRequest(channel: "c", process: "payment"))
        func open(_ member: String) async throws -> any TransportSource {
            try await transport.openSource(
                SourceRequest(
                    channel: "c", process: "order", subscriptions: [SourceSubscription(.catalogue)],
                    sharing: .group(member: member)))
        }
        let (first, second) = (try await open("1"), try await open("2"))
        _ = try await sender.send(OutboundBatch([message("1", to: .catalogue)]))
        #expect(try await first.receive(limit: 9).map(\.id) == ["1"])
        #expect(try await second.receive(limit: 9).map(\.id) == ["1"])
        await first.close()
        _ = try await sender.send(OutboundBatch([message("2", to: .catalogue)]))
        let third = try await open("1")
        _ = try await sender.send(OutboundBatch([message("3", to: .catalogue)]))
        #expect(try await third.receive(limit: 9).map(\.id) == ["3"])
        #expect(try await second.receive(limit: 9).map(\.id) == ["2", "3"])
    }

    @Test("refuses what a test tells it to")
    func refusals() async throws {
        broker.refuse { $0.envelope.id.rawValue == "2" ? TransportError(.unauthorized, "no") : nil }
        let sender = try await broker.transport().openSender(SenderRequest(channel: "c", process: "payment"))
        let outcomes = try await sender.send(OutboundBatch([message("1"), message("2"), message("3")]))
        guard case .acknowledged = outcomes[0], case .refused = outcomes[1], case .failed = outcomes[2] else {
            Issue.record("found \(outcomes)")
            return
        }
        #expect(broker.messages(sentTo: events).map(\.envelope?.id.rawValue) == ["1"])
    }

    private func request() -> SourceRequest {
        SourceRequest(
            channel: "c", process: "order", subscriptions: [SourceSubscription(events, from: .beginning)])
    }

    private func message(_ id: String, to destination: Destination? = nil) -> OutboundMessage {
        let envelope = Envelope(
            time: Timestamp(microseconds: 0),
            metadata: .init(
                id: MessageID(id), kind: .event, name: "payment.received", version: SchemaVersion(1, 0, 0),
                source: "payment", subject: "4711"),
            context: .init(correlationID: MessageID(id)), payload: Payload(bytes: Data()))
        return OutboundMessage(envelope, to: destination ?? events)
    }
}

extension InboundMessage {
    /// The id of the message; `nil` for one that cannot be read.
    var id: String? {
        if case .envelope(let envelope) = content { envelope.id.rawValue } else { nil }
    }
}
