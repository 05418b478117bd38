#if ActiveMQ
import SkeinActiveMQ
import SkeinTransport
import Testing

/// The code of the module's page.
@Suite("The page of SkeinActiveMQ")
struct PageTests {
    @Test("shows how to make a transport, which shows no password")
    func transport() {
        let password = "secret"
        let transport = ActiveMQTransport(
            "stomp+ssl://broker.example:61614",
            configuration: StompConfiguration(
                credentials: StompConfiguration.Credentials(user: "order", password: password),
                tls: StompTLS(trustRoots: .file("/etc/ssl/authority.pem"))))
        #expect(transport.label == "stomp+ssl://broker.example:61614")
        #expect(transport.features.has(.durableReaders))
        #expect(!transport.features.has(.transactions))
    }
}
#endif
