import SkeinTransport
import Testing

@testable import SkeinKafka

@Suite("Kafka: settings")
struct KafkaConfigurationTests {
    private func settings(
        _ role: KafkaConfiguration.Role, _ configure: (inout KafkaConfiguration) -> Void = { _ in }
    ) throws -> [String: String] {
        var configuration = KafkaConfiguration(servers: ["a:1", "b:2"])
        configure(&configuration)
        let list = try configuration.settings(for: role, clientID: "channel.process")
        return Dictionary(list, uniquingKeysWith: { $1 })
    }

    private func producer(_ acknowledgement: Acknowledgement, _ id: String? = nil) -> KafkaConfiguration.Role {
        .producer(acknowledgement, transactionalID: id, timeout: .seconds(30))
    }

    @Test("topics follow from the component and the kind of destination")
    func topics() {
        let destinations: [Destination] = [
            .events(of: "payment"), .commands(to: "payment"), .replies(to: "order"), .catalogue,
        ]
        #expect(
            destinations.map(KafkaTopics.perComponent)
                == ["payment.events", "payment.commands", "order.replies", "skein.catalogue"])
    }

    @Test("names follow Kafka's grammar")
    func grammar() {
        for name in ["a", "A-b_c.9", String(repeating: "x", count: 249)] {
            #expect(KafkaTopics.problem(in: name) == nil)
        }
        for name in ["", ".", "..", "a b", "a/b", "ü", String(repeating: "x", count: 250)] {
            #expect(KafkaTopics.problem(in: name) != nil)
        }
    }

    @Test("acknowledgement decides acks, idempotence and how many requests are underway")
    func acknowledgements() throws {
        let all = try settings(producer(.all))
        #expect(all["acks"] == "all" && all["enable.idempotence"] == "true" && all["max.in.flight"] == nil)
        let one = try settings(producer(.one))
        #expect(one["acks"] == "1" && one["enable.idempotence"] == nil && one["max.in.flight"] == "1")
        #expect(try settings(producer(.none))["acks"] == "0")
        let transactional = try settings(producer(.one, "relay"))
        #expect(transactional["transactional.id"] == "relay" && transactional["acks"] == "all")
        #expect(transactional["transaction.timeout.ms"] == "30000")
    }

    @Test("a member of a group is static and shares by cooperative stickiness")
    func group() throws {
        let member = try settings(.consumer(group: "payment", instance: "one"))
        #expect(member["group.instance.id"] == "one")
        #expect(member["partition.assignment.strategy"] == "cooperative-sticky")
        #expect(member["isolation.level"] == "read_committed")
        #expect(try settings(.consumer(group: "payment", instance: nil))["group.instance.id"] == nil)
    }

    @Test("further properties win over what the adapter chooses")
    func properties() throws {
        let found = try settings(.consumer(group: "g", instance: nil)) {
            $0.properties = ["isolation.level": "read_uncommitted", "socket.keepalive.enable": "true"]
        }
        #expect(found["isolation.level"] == "read_uncommitted" && found["socket.keepalive.enable"] == "true")
    }

    @Test("every reserved property is refused with a way out", arguments: KafkaConfiguration.reserved.keys.sorted())
    func reserved(name: String) throws {
        let way = try #require(KafkaConfiguration.reserved[name])
        for role in [producer(.all), .consumer(group: "g", instance: nil)] {
            let error = #expect(throws: TransportError.self) { try settings(role) { $0.properties[name] = "1" } }
            #expect(error?.code == .configuration)
            #expect(error?.message == "the property '\(name)' of Kafka cannot be set freely: \(way)")
        }
    }

    @Test("linger may be a fraction of a millisecond")
    func linger() throws {
        #expect(try settings(producer(.all)) { $0.linger = .microseconds(500) }["linger.ms"] == "0.5")
    }

    @Test("security follows from encryption and login")
    func security() throws {
        func name(_ security: KafkaSecurity) throws -> String? {
            try settings(producer(.all)) { $0.security = security }["security.protocol"]
        }
        let login = KafkaSecurity.Login(.scram512, user: "u", password: "secret-word")
        #expect(try name(.none) == "plaintext")
        #expect(try name(KafkaSecurity(tls: .init())) == "ssl")
        #expect(try name(KafkaSecurity(login: login)) == "sasl_plaintext")
        #expect(try name(KafkaSecurity(tls: .init(), login: login)) == "sasl_ssl")
        let tls = KafkaSecurity.TLS(
            authorities: "/ca", certificate: "/c", key: "/k", keyPassword: "pass-word", checksHost: false)
        let found = try settings(producer(.all)) { $0.security = KafkaSecurity(tls: tls, login: login) }
        #expect(found["ssl.ca.location"] == "/ca" && found["ssl.key.password"] == "pass-word")
        #expect(found["ssl.endpoint.identification.algorithm"] == "none" && found["sasl.mechanism"] == "SCRAM-SHA-512")
        for text in [
            "\(tls) \(login) \(KafkaSecurity(tls: tls, login: login))", String(reflecting: [tls]),
            String(reflecting: [login]),
        ] {
            #expect(!text.contains("secret-word") && !text.contains("pass-word"))
        }
    }

    @Test("a reader's name decides its consumer, and the catalogue is nobody's")
    func plans() throws {
        let request = SourceRequest(
            channel: "c", process: "shop",
            subscriptions: [
                .init(.commands(to: "order")), .init(.events(of: "payment")), .init(.replies(to: "shop")),
                .init(.catalogue), .init(.commands(to: "shop")),
            ], sharing: .group(member: "one"))
        let plans = try ReaderPlan.plans(for: request, topics: KafkaTopics.perComponent)
        #expect(plans.map(\.group) == ["order", "shop", "shop.catalogue"])
        #expect(plans.map(\.keepsPlaces) == [true, true, false])
        #expect(plans.map(\.member) == ["one", "one", nil])
        #expect(plans[1].subscriptions.keys.sorted() == ["payment.events", "shop.commands", "shop.replies"])
    }
}
