#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinTransport
import Testing

@Suite("STOMP over TLS", .fewAtATime)
struct StompTLSTests {
    private func open(
        _ host: String = "localhost", withClientCertificates: Bool = false,
        _ tls: (TemporaryFolder) -> StompTLS
    ) async throws {
        let broker = try await SharedBrokers.broker(.activeMQ)
        let port = withClientCertificates ? broker.ports.clientTLS : broker.ports.tls
        let configuration = StompConfiguration(credentials: Scene.credentials, tls: tls(broker.folder))
        let transport = ActiveMQTransport("stomp+ssl://\(host):\(port)", configuration: configuration)
        let sender = try await transport.openSender(
            SenderRequest(channel: "test", process: "shop", timeout: .patience))
        let outcomes = try await sender.send(OutboundBatch([StompSample.message]))
        await sender.close()
        guard outcomes.areAcknowledged else { throw NeverHappened("\(outcomes)") }
    }

    private func refusal(
        _ host: String = "localhost", withClientCertificates: Bool = false,
        _ tls: (TemporaryFolder) -> StompTLS
    ) async -> TransportError.Code? {
        let error = await #expect(throws: TransportError.self) {
            try await open(host, withClientCertificates: withClientCertificates, tls)
        }
        return error?.code
    }

    @Test("sends to a broker whose authority is trusted")
    func trusted() async throws {
        try await open { StompTLS(trustRoots: .file($0.file("authority.pem"))) }
    }

    @Test("refuses a broker whose authority is not trusted")
    func untrusted() async throws {
        #expect(await refusal { StompTLS(trustRoots: .file($0.file("stranger.pem"))) } == .untrusted)
        #expect(await refusal { _ in StompTLS() } == .untrusted)
    }

    @Test("refuses a certificate for another name, unless names do not matter")
    func names() async throws {
        #expect(await refusal("127.0.0.1") { StompTLS(trustRoots: .file($0.file("authority.pem"))) } == .untrusted)
        try await open("127.0.0.1") {
            StompTLS(trustRoots: .file($0.file("authority.pem")), verifiesHostname: false)
        }
    }

    @Test("shows a certificate of its own to a broker that asks for one")
    func client() async throws {
        try await open(withClientCertificates: true) {
            StompTLS(
                trustRoots: .file($0.file("authority.pem")), certificateFile: $0.file("client.pem"),
                keyFile: $0.file("client.key"))
        }
    }

    @Test("is refused by a broker that asks for a certificate and gets none")
    func withoutClient() async throws {
        let error = await #expect(throws: TransportError.self) {
            try await open(withClientCertificates: true) { StompTLS(trustRoots: .file($0.file("authority.pem"))) }
        }
        #expect(error?.code == .untrusted, "\(error.map { "\($0)" } ?? "")")
    }

    @Test("fails with a clear word where files are missing, or where nobody speaks TLS")
    func broken() async throws {
        #expect(await refusal { StompTLS(trustRoots: .file($0.file("nothing.pem"))) } == .configuration)
        let port = try await SharedBrokers.broker(.activeMQ).ports.stomp
        let error = await #expect(throws: TransportError.self) {
            _ = try await ActiveMQTransport("stomp+ssl://localhost:\(port)").openSender(
                SenderRequest(channel: "test", process: "shop"))
        }
        #expect(error.map { [.protocolViolation, .disconnected].contains($0.code) } == true)
    }
}
#endif
