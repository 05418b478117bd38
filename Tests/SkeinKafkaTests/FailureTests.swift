#if Kafka
import ChildPrograms
import Foundation
import SkeinKafka
import SkeinMessages
import SkeinTransport
import Testing

@Suite("Kafka: failures are clear", .fewAtATime)
struct FailureTests {
    @Test("a property that librdkafka does not know or take is named, with its words")
    func properties() async throws {
        for (name, value) in [("no.such.property", "1"), ("socket.timeout.ms", "soon")] {
            let transport = KafkaTransport.kafka("localhost:1") { $0.properties[name] = value }
            for error in try await transport.openingFailures() {
                #expect(error.code == .configuration)
                #expect(error.message.contains("'\(name)'"))
            }
        }
    }

    @Test(
        "a property that the guarantees rest on is refused with the setting to use",
        arguments: [
            ("acks", "set it by the acknowledgement of the channel"),
            ("group.id", "set it by the name of the process and how its readers share"),
            ("linger.ms", "set 'KafkaConfiguration.linger'"),
        ])
    func reserved(name: String, way: String) async throws {
        let transport = KafkaTransport.kafka("localhost:1") { $0.properties[name] = "1" }
        for error in try await transport.openingFailures() {
            #expect(error.code == .configuration)
            #expect(error.message == "the property '\(name)' of Kafka cannot be set freely: \(way)")
        }
    }

    @Test("a topic's name that Kafka does not take is refused with the rule", arguments: ["", "a b", "..", "ä"])
    func names(name: String) async throws {
        let transport = try Cluster.transport { $0.topics = { _ in name } }
        let error = try await failure { _ = try await transport.source("payment", as: "reader") }
        #expect(error.code == .configuration)
        #expect(error.message.contains("topics"))
    }

    @Test("two destinations in one topic are refused")
    func together() async throws {
        let transport = try Cluster.transport { $0.topics = { _ in "all" } }
        let error = try await failure {
            _ = try await transport.openSource(
                SourceRequest(
                    channel: "test", process: "p",
                    subscriptions: [.init(.events(of: "a")), .init(.events(of: "b"))]))
        }
        #expect(error.code == .configuration)
    }

    @Test("an address where nobody listens is named")
    func nobody() async throws {
        let transport = KafkaTransport.kafka("127.0.0.1:1") { $0.connectTimeout = .milliseconds(500) }
        for error in try await transport.openingFailures() {
            #expect(error.code == .disconnected)
            #expect(error.message.contains("127.0.0.1:1"))
            #expect(error.isTransient)
        }
    }

    @Test("a peer that does not speak Kafka is named")
    func stranger() async throws {
        let server = try HTTPStranger()
        defer { server.stop() }
        let transport = KafkaTransport.kafka("127.0.0.1:\(server.port)") { $0.connectTimeout = .seconds(3) }
        for error in try await transport.openingFailures() {
            #expect(error.code == .protocolViolation, "\(error)")
            #expect(error.message.contains("127.0.0.1:\(server.port)"))
        }
    }

    @Test("a login where the broker knows none shows no password", arguments: KafkaSecurity.Login.Mechanism.allCases)
    func login(mechanism: KafkaSecurity.Login.Mechanism) async throws {
        let mock = try MockBroker()
        let transport = KafkaTransport.kafka(mock.servers) {
            $0.connectTimeout = .seconds(3)
            $0.security.login = .init(mechanism, user: "payment", password: "s3cret-word")
        }
        for error in try await transport.openingFailures() {
            #expect(error.code == .unauthenticated, "\(error)")
            #expect(!"\(error)".contains("s3cret-word"))
        }
        for text in ["\(transport.configuration)", String(reflecting: transport.configuration.security)] {
            #expect(!text.contains("s3cret-word"))
        }
        var dumped = ""
        dump(transport, to: &dumped)
        #expect(!dumped.contains("s3cret-word"))
    }

    /// The mock cluster makes every topic that somebody asks for, unless it is told that there is none.
    @Test("a topic that is missing and may not be made is named, with the setting")
    func missing() async throws {
        let component = Cluster.name("missing")
        let mock = Cluster.real == nil ? try MockBroker() : nil
        try mock?.obey("topic-error \(component).events 3")
        let transport = try Cluster.transport(mock?.servers) { $0.topicCreation = .never }
        let error = try await failure { _ = try await transport.source(component, as: "reader") }
        #expect(error.code == .unknownDestination)
        #expect(error.message.contains("\(component).events") && error.message.contains("topicCreation"))
        let sender = try await transport.sender()
        let outcomes = try await sender.send(
            OutboundBatch([OutboundMessage(event("1", of: component), to: .events(of: component))]))
        guard case .refused(let refusal)? = outcomes.first else { throw Unexpected("\(outcomes)") }
        #expect(refusal.code == .unknownDestination)
        #expect(refusal.message.contains("\(component).events") && refusal.message.contains("topicCreation"))
        await sender.close()
    }

    @Test("a broker that goes away makes sending fail in time", .enabled(if: Cluster.real == nil))
    func gone() async throws {
        let mock = try MockBroker()
        let transport = try Cluster.transport(mock.servers)
        let sender = try await transport.sender(timeout: .seconds(2))
        try await sender.publish([event("1", of: "gone")], of: "gone")
        try mock.obey("down -1")
        let error = try await failure { try await sender.publish([event("2", of: "gone")], of: "gone") }
        #expect(error.isTransient)
        #expect(error.message.contains("not acknowledged"))
        await sender.close()
    }

    @Test("a topic without the right to it refuses its messages", .enabled(if: Cluster.real == nil))
    func right() async throws {
        let mock = try MockBroker()
        try mock.obey("topic secret.events 1")
        try mock.obey("topic-error secret.events 29")
        let transport = try Cluster.transport(mock.servers)
        let sender = try await transport.sender(timeout: .seconds(5))
        let messages = ["secret", "open"].map { OutboundMessage(event($0, of: $0), to: .events(of: $0)) }
        let outcomes = try await sender.send(OutboundBatch(messages))
        guard case .refused(let error) = outcomes[0], case .acknowledged = outcomes[1] else {
            throw Unexpected("\(outcomes)")
        }
        #expect(error.code == .unauthorized)
        #expect(error.message.contains("secret.events"))
        await sender.close()
    }
}
#endif
