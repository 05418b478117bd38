#if Kafka
import ChildPrograms
import SkeinKafka
import SkeinMessages
import SkeinTransport
import Testing

@Suite("Kafka: TLS and logins", .fewAtATime)
struct SecurityTests {
    typealias Mechanism = KafkaSecurity.Login.Mechanism

    /// How clients come in.
    struct Access: Sendable, CustomTestStringConvertible {
        let isEncrypted: Bool
        let mechanism: Mechanism?

        var testDescription: String {
            [isEncrypted ? "TLS" : nil, mechanism?.rawValue].compactMap { $0 }.joined(separator: " and ")
        }

        static let all =
            [Self(isEncrypted: true, mechanism: nil)]
            + [false, true].flatMap { isEncrypted in
                Mechanism.allCases.map { Self(isEncrypted: isEncrypted, mechanism: $0) }
            }
    }

    /// Sends from one process to another through the front.
    ///
    /// Behind it are three brokers, so that most addresses are those that the brokers have told.
    private func deliver(_ demands: KafkaFront.Demands, _ security: (KafkaFront) throws -> KafkaSecurity) async throws {
        let front = try KafkaFront(demands, brokers: 3)
        try front.mock.obey("topic payment.events 6")
        let access = try security(front)
        let transport = try Cluster.transport(front.servers) { $0.security = access }
        let source = try await transport.source("payment", as: "reader")
        let sender = try await transport.sender()
        let events = (0..<30).map { event("\($0)", of: "payment", subject: "key-\($0)") }
        try await sender.publish(events, of: "payment")
        let messages = try await source.take(events.count)
        #expect(Set(messages.compactMap(\.id)) == Set(events.map(\.id.rawValue)))
        #expect(Set(messages.compactMap(\.origin.partition)).count > 3)
        await sender.close()
        await source.close()
    }

    @Test("messages go from one process to another", arguments: Access.all)
    func delivers(access: Access) async throws {
        let mechanisms = access.mechanism == nil ? [] : Mechanism.allCases
        try await deliver(.init(certificate: access.isEncrypted ? .valid : nil, mechanisms: mechanisms)) { front in
            KafkaSecurity(
                tls: access.isEncrypted ? .init(authorities: front.folder.file("authority.pem")) : nil,
                login: access.mechanism.map { .init($0, user: KafkaFront.user, password: KafkaFront.password) })
        }
    }

    @Test("a certificate of one's own, with a key that is encrypted, lets in where brokers ask for one")
    func ownCertificate() async throws {
        try await deliver(.init(certificate: .valid, asksForCertificate: true)) { front in
            let password = "key-word"
            try Certificates.run(
                "openssl ec -in client.key -aes256 -passout pass:\(password) -out locked.key", in: front.folder)
            return KafkaSecurity(
                tls: .init(
                    authorities: front.folder.file("authority.pem"), certificate: front.folder.file("client.pem"),
                    key: front.folder.file("locked.key"), keyPassword: password))
        }
    }

    @Test("a certificate for another host is taken where hosts do not matter")
    func anyHost() async throws {
        try await deliver(.init(certificate: .ofAnotherHost)) { front in
            KafkaSecurity(tls: .init(authorities: front.folder.file("authority.pem"), checksHost: false))
        }
    }

    @Test("what the module's page shows logs in over TLS")
    func page() async throws {
        let front = try KafkaFront(.init(certificate: .valid, mechanisms: [.scram512]))
        let password = KafkaFront.password
        let transport = KafkaTransport.kafka(front.servers) {
            // The mock cluster makes topics by itself, and cannot be asked to.
            $0.topicCreation = .byBroker
            // A machine with other work may be slow to answer.
            $0.connectTimeout = .patience
            $0.compression = .lz4
            $0.security = KafkaSecurity(
                tls: .init(authorities: front.folder.file("authority.pem")),
                login: .init(.scram512, user: "payment", password: password))
        }
        let source = try await transport.source("payment", as: "reader")
        let sender = try await transport.sender()
        try await sender.publish([event("1", of: "payment")], of: "payment")
        #expect(try await source.take(1).map(\.id) == ["1"])
        await sender.close()
        await source.close()
    }
}
#endif
