#if Kafka
import ChildPrograms
import SkeinKafka
import SkeinMessages
import SkeinTransport
import Testing

/// The mock cluster makes what is sent visible at once, also if it is aborted, forgets offsets that are part of a
/// transaction, and fences nobody. What needs that runs on a real broker only.
@Suite("Kafka: transactions", .fewAtATime)
struct TransactionTests {
    private func place(_ transport: KafkaTransport, _ id: String) async throws -> String? {
        let sender = try await transport.sender(transactionalID: id)
        let place = try await sender.committedPlace()
        await sender.close()
        return place
    }

    @Test("a batch and its place are committed together, and the next sender finds the place")
    func together() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("transaction"))
        let sender = try await transport.sender(transactionalID: component)
        #expect(try await sender.committedPlace() == nil)
        try await sender.publish((0..<10).map { event("\($0)", of: component) }, of: component, place: "position 10")
        #expect(try await sender.committedPlace() == "position 10")
        let long = "é".padding(2_000)
        try await sender.publish([event("10", of: component)], of: component, place: long)
        await sender.close()
        if Cluster.real != nil { #expect(try await place(transport, component) == long) }
        let source = try await transport.source(component, as: "reader")
        #expect(try await source.take(11).compactMap(\.id) == (0..<11).map { "\($0)" })
        await source.close()
    }

    @Test("a place that lies with Kafka is found by the next sender")
    func found() async throws {
        let id = Cluster.name("found")
        let catalogue = "\(id).catalogue"
        let transport = try Cluster.transport {
            $0.topics = { $0 == .catalogue ? catalogue : KafkaTopics.perComponent($0) }
        }
        let first = try await transport.sender(transactionalID: id)
        await first.close()
        try OffsetWriter.commit("position 7", topic: catalogue, group: id + ".place", servers: try Cluster.servers)
        #expect(try await place(transport, id) == "position 7")
    }

    @Test("a sender without a transactional id has no place")
    func without() async throws {
        let sender = try await Cluster.transport().sender()
        #expect(try await sender.committedPlace() == nil)
        await sender.close()
    }

    @Test("a batch with a message that is refused leaves no place, and others are to be sent again")
    func refusal() async throws {
        let component = Cluster.name("refusal")
        let transport = try Cluster.transport { $0.maximumMessageSize = 5_000 }
        let sender = try await transport.sender(transactionalID: component)
        try await sender.publish([event("1", of: component)], of: component, place: "one")
        let messages = [
            event("2", of: component), event("3", of: component, subject: "b", body: "x".padding(6_000)),
        ].map { OutboundMessage($0, to: .events(of: component)) }
        let outcomes = try await sender.send(OutboundBatch(messages, place: "two"))
        guard case .failed = outcomes[0], case .refused(let error) = outcomes[1] else {
            throw Unexpected("\(outcomes)")
        }
        #expect(error.code == .tooLarge)
        #expect(try await sender.committedPlace() == "one")
        // The sender goes on.
        try await sender.publish([event("2", of: component)], of: component, place: "three")
        #expect(try await sender.committedPlace() == "three")
        await sender.close()
        if Cluster.real != nil { #expect(try await place(transport, component) == "three") }
    }

    @Test("what was aborted is not visible", .enabled(if: Cluster.real != nil))
    func invisible() async throws {
        let component = Cluster.name("aborted")
        let transport = try Cluster.transport { $0.maximumMessageSize = 5_000 }
        let source = try await transport.source(component, as: "reader")
        let sender = try await transport.sender(transactionalID: component)
        let messages = [
            event("1", of: component), event("2", of: component, subject: "b", body: "x".padding(6_000)),
        ].map { OutboundMessage($0, to: .events(of: component)) }
        _ = try await sender.send(OutboundBatch(messages, place: "one"))
        try await sender.publish([event("3", of: component)], of: component, place: "two")
        #expect(try await source.take(1).compactMap(\.id) == ["3"])
        await sender.close()
        await source.close()
    }

    @Test("a second sender with the same id fences the first", .enabled(if: Cluster.real != nil))
    func fencing() async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("zombie"))
        let zombie = try await transport.sender(transactionalID: component)
        try await zombie.publish([event("1", of: component)], of: component, place: "one")
        let heir = try await transport.sender(transactionalID: component)
        #expect(try await heir.committedPlace() == "one")
        try await expectFenced(zombie, component)
        try await heir.publish([event("3", of: component)], of: component, place: "three")
        for sender in [zombie, heir] { await sender.close() }
    }

    /// The mock cluster does not fence by itself; it only says so when it is told to.
    @Test(
        "a sender that the broker calls fenced ends", .enabled(if: Cluster.real == nil),
        // Adding partitions, adding offsets, committing offsets, ending the transaction.
        arguments: ["24", "25", "28", "26"])
    func fenced(request: String) async throws {
        let mock = try MockBroker()
        let transport = try Cluster.transport(mock.servers)
        let sender = try await transport.sender(transactionalID: "relay")
        try await sender.publish([event("1", of: "a")], of: "a", place: "one")
        // The error of Kafka that says "producer fenced".
        try mock.obey("errors \(request) 90")
        try await expectFenced(sender, "a")
        await sender.close()
    }

    private func expectFenced(_ sender: any TransportSender, _ component: String) async throws {
        do {
            try await sender.publish([event("2", of: component)], of: component, place: "two")
            Issue.record("nothing was thrown")
        } catch let error as TransportError {
            #expect(error.code == .fenced, "\(error)")
        }
    }

    @Test("a coordinator that is slow or moves is waited for", .enabled(if: Cluster.real == nil))
    func coordinator() async throws {
        let mock = try MockBroker(brokers: 3)
        let transport = try Cluster.transport(mock.servers)
        let sender = try await transport.sender(transactionalID: "relay")
        // Coordinator loading, not the coordinator, a cut connection.
        let commands = [
            "errors 24 14 16", "coordinator transaction relay 2", "errors 26 14", "errors 25 16", "rtt -1 50",
        ]
        for (number, command) in commands.enumerated() {
            try mock.obey(command)
            try await sender.publish([event("\(number)", of: "a")], of: "a", place: "\(number)")
        }
        #expect(try await sender.committedPlace() == "\(commands.count - 1)")
        await sender.close()
    }
}

extension String {
    /// The text again and again.
    fileprivate func padding(_ count: Int) -> String { String(repeating: self, count: count / utf8.count) }
}
#endif
