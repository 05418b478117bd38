#if Kafka
import CRdKafka
import ChildPrograms
import SkeinKafka
import SkeinTransport
import Testing

@Suite("Kafka: TLS and logins that fail", .fewAtATime)
struct SecurityRefusalTests {
    private typealias Mechanism = KafkaSecurity.Login.Mechanism

    private static func login(
        _ mechanism: Mechanism, _ user: String = KafkaFront.user, _ password: String = KafkaFront.password
    ) -> KafkaSecurity.Login { .init(mechanism, user: user, password: password) }

    /// What goes wrong, and what the error says.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let demands: KafkaFront.Demands
        let security: @Sendable (TemporaryFolder) -> KafkaSecurity
        let code: TransportError.Code
        /// The cause and the way out.
        let words: [String]

        init(
            _ description: String, _ code: TransportError.Code, _ words: [String], at demands: KafkaFront.Demands,
            _ security: @escaping @Sendable (TemporaryFolder) -> KafkaSecurity
        ) {
            (testDescription, self.demands, self.security) = (description, demands, security)
            (self.code, self.words) = (code, words)
        }
    }

    private static func trusting(_ folder: TemporaryFolder) -> KafkaSecurity.TLS {
        .init(authorities: folder.file("authority.pem"))
    }

    private static let wrongLogins =
        Mechanism.allCases.flatMap { mechanism in
            let words = mechanism == .plain ? "Invalid username or password" : "invalid credentials"
            return [(KafkaFront.user, "wr0ng-word"), ("stranger", KafkaFront.password)].map { user, password in
                Refusal(
                    "\(mechanism.rawValue) of \(user) with a wrong user or password", .unauthenticated,
                    [words, "check user, password and mechanism of 'KafkaConfiguration.security.login'"],
                    at: .init(mechanisms: Mechanism.allCases)
                ) { _ in KafkaSecurity(login: login(mechanism, user, password)) }
            }
        }

    private static let otherLogins = [
        Refusal(
            "a mechanism that the broker does not offer", .unauthenticated,
            ["supported mechanisms: SCRAM-SHA-256", "mechanism of 'KafkaConfiguration.security.login'"],
            at: .init(mechanisms: [.scram256])
        ) { _ in KafkaSecurity(login: login(.plain)) }
    ]

    private static let missingLogins = [
        Refusal(
            "no login where one is asked for", .unauthenticated,
            ["whether the brokers ask for a login", "set 'KafkaConfiguration.security.login'"],
            at: .init(mechanisms: [.plain])
        ) { _ in .none },
        Refusal(
            "no login where one is asked for over TLS", .unauthenticated,
            ["whether the brokers ask for a login", "set 'KafkaConfiguration.security.login'"],
            at: .init(certificate: .valid, mechanisms: [.plain])
        ) { KafkaSecurity(tls: trusting($0)) },
    ]

    private static let certificates = [
        Refusal(
            "an authority that is not trusted", .untrusted,
            ["an authority that is not trusted", "'KafkaConfiguration.security.tls.authorities'"],
            at: .init(certificate: .valid)
        ) { KafkaSecurity(tls: .init(authorities: $0.file("stranger.pem"))) },
        Refusal(
            "an authority that the system does not know", .untrusted,
            ["an authority that is not trusted", "'KafkaConfiguration.security.tls.authorities'"],
            at: .init(certificate: .valid)
        ) { _ in KafkaSecurity(tls: .init()) },
        Refusal(
            "a certificate that has expired", .untrusted,
            ["the certificate of the broker at 127.0.0.1:", "has expired", "give the broker one that is valid now"],
            at: .init(certificate: .expired)
        ) { KafkaSecurity(tls: trusting($0)) },
        Refusal(
            "a certificate for another host", .untrusted,
            ["is for another host", "connect by a name that is in the certificate"],
            at: .init(certificate: .ofAnotherHost)
        ) { KafkaSecurity(tls: trusting($0)) },
        Refusal(
            "no certificate where one is asked for", .untrusted,
            ["certificate required", "'certificate' and 'key' of 'KafkaConfiguration.security.tls'"],
            at: .init(certificate: .valid, asksForCertificate: true)
        ) { KafkaSecurity(tls: trusting($0)) },
        Refusal(
            "a certificate that the broker does not trust", .untrusted,
            ["unknown ca", "'certificate' and 'key' of 'KafkaConfiguration.security.tls'"],
            at: .init(certificate: .valid, asksForCertificate: true)
        ) {
            KafkaSecurity(
                tls: .init(
                    authorities: $0.file("authority.pem"), certificate: $0.file("stranger.pem"),
                    key: $0.file("stranger.key")))
        },
    ]

    private static let protocols = [
        Refusal(
            "TLS where the broker has none", .protocolViolation,
            ["SSL_HANDSHAKE", "'KafkaConfiguration.security.tls' is set if it uses TLS there, and only then"],
            at: .init()
        ) { KafkaSecurity(tls: trusting($0)) },
        Refusal(
            "plain text where the broker has TLS", .protocolViolation,
            ["'KafkaConfiguration.security.tls' is set if it uses TLS there"], at: .init(certificate: .valid)
        ) { _ in .none },
        Refusal(
            "a login in plain text where the broker has TLS", .protocolViolation,
            ["'KafkaConfiguration.security.tls' is set if it uses TLS there"],
            at: .init(certificate: .valid, mechanisms: [.plain])
        ) { _ in KafkaSecurity(login: login(.plain)) },
    ]

    private static let files = [
        Refusal(
            "a file of authorities that is not there", .configuration,
            ["nothing.pem' of 'KafkaConfiguration.security.tls.authorities' can be read"],
            at: .init(certificate: .valid)
        ) { KafkaSecurity(tls: .init(authorities: $0.file("nothing.pem"))) },
        Refusal(
            "a certificate that is not there", .configuration,
            ["nothing.pem' of 'KafkaConfiguration.security.tls.certificate' can be read"],
            at: .init(certificate: .valid)
        ) { KafkaSecurity(tls: .init(certificate: $0.file("nothing.pem"), key: $0.file("client.key"))) },
        Refusal(
            "a key that belongs to another certificate", .configuration,
            ["broker.key' of 'KafkaConfiguration.security.tls.key'", "the key of 'certificate'"],
            at: .init(certificate: .valid)
        ) { KafkaSecurity(tls: .init(certificate: $0.file("client.pem"), key: $0.file("broker.key"))) },
    ]

    private func errors(
        _ refusal: Refusal, at front: KafkaFront, within limit: Duration
    ) async throws -> [TransportError] {
        let transport = KafkaTransport.kafka(front.servers) {
            $0.connectTimeout = limit
            $0.security = refusal.security(front.folder)
        }
        return try await transport.openingFailures(timeout: limit)
    }

    private func check(_ errors: [TransportError], _ refusal: Refusal, at front: KafkaFront) {
        for error in errors {
            #expect(error.code == refusal.code, "\(error)")
            // Nothing of this heals without anybody.
            #expect(!error.isTransient)
            for words in refusal.words { #expect(error.message.contains(words), "\(error)") }
            for secret in ["wr0ng-word", KafkaFront.password] { #expect(!error.message.contains(secret)) }
            if refusal.code != .configuration { #expect(error.message.contains(front.servers)) }
        }
    }

    @Test(
        "what a person has to mend ends the attempt at once, and is named with the way out",
        arguments: wrongLogins + otherLogins + certificates + files)
    func refusals(refusal: Refusal) async throws {
        let front = try KafkaFront(refusal.demands)
        check(try await errors(refusal, at: front, within: .patience), refusal, at: front)
    }

    @Test(
        "what a broker that restarts may look like, too, is tried until the time is over, and named with the way out",
        arguments: missingLogins + protocols)
    func guesses(refusal: Refusal) async throws {
        let front = try KafkaFront(refusal.demands)
        var found: [TransportError] = []
        // On a busy machine the time may be over before anything has answered.
        try await waitUntil("an answer of the broker") {
            found = try await errors(refusal, at: front, within: .seconds(2))
            return found.allSatisfy { ![.disconnected, .timeout].contains($0.code) }
        }
        check(found, refusal, at: front)
    }

    @Test(
        "a login by SCRAM that fails names the fault of old versions of librdkafka",
        .enabled(if: rd_kafka_version() < 0x0206_01FF, "this librdkafka does not have it"))
    func nonce() async throws {
        let front = try KafkaFront(.init(mechanisms: [.scram256, .plain], comparesWholeNonce: true))
        for mechanism in [Mechanism.scram256, .plain] {
            let transport = try Cluster.transport(front.servers) { $0.security.login = Self.login(mechanism) }
            guard mechanism != .plain else {
                await (try transport.sender()).close()
                continue
            }
            for error in try await transport.openingFailures(timeout: .patience) {
                #expect(error.code == .unauthenticated)
                #expect(error.message.contains("librdkafka before 2.6.1"), "\(error)")
                #expect(error.message.contains("check user, password and mechanism"))
            }
        }
    }
}
#endif
