#if ActiveMQ
import ChildPrograms
import SkeinActiveMQ
import SkeinCore
import SkeinMessages
import SkeinTesting
import SkeinTransport
import Synchronization
import Testing

@Suite("Processes over STOMP with TLS", .fewAtATime)
struct StompExpiryTests {
    private struct Told: Event {
        static let name: MessageName = "teller.told"
        var number: Int
        var subject: String? { "k" }
    }

    private func runtime(_ component: Component, _ broker: BrokerProcess, remote: String) throws -> Runtime {
        let configuration = StompConfiguration(
            credentials: Scene.credentials, tls: StompTLS(trustRoots: .file(broker.folder.file("authority.pem"))))
        let transport = ActiveMQTransport("stomp+ssl://localhost:\(broker.ports.tls)", configuration: configuration)
        return try Runtime(
            store: MemoryStore(), components: [component], channels: [Channel("shop", over: transport)],
            remotes: [Remote(remote, via: "shop")])
    }

    @Test("say that the broker's certificate has expired and what to check, and go on when it has a new one")
    func expired() async throws {
        let broker = try await BrokerProcess(.activeMQ)
        let heard = Mutex<[Int]>([])
        let listening = Component("listener") {
            Handle(Told.self) { told, _ in heard.withLock { $0.append(told.number) } }
        }
        let teller = try runtime(Component("teller") { Publishes(Told.self) }, broker, remote: "listener")
        let listener = try runtime(listening, broker, remote: "teller")
        let runtimes = [teller, listener]
        for runtime in runtimes { runtime.start() }
        // What is sent to a topic before its reader has been there once is nobody's.
        try await waitUntil("both processes, connected") {
            runtimes.allSatisfy { $0.channelReports.first?.takingIn.state == .connected }
        }
        _ = try await teller.client(as: "teller").publish(Told(number: 1))
        try await waitUntil("the first message") { heard.withLock { $0 } == [1] }

        try await broker.kill()
        try KeyStores.renewBroker(in: broker.folder, days: -1)
        try await broker.start()
        _ = try await teller.client(as: "teller").publish(Told(number: 2))
        for runtime in runtimes {
            let waited = "a report of the certificate"
            do {
                try await waitUntil(waited) {
                    let report = runtime.channelReports.first
                    let errors = [report?.sending.lastError, report?.takingIn.lastError].compactMap { $0 }
                    return errors.count == 2 && errors.allSatisfy { isAboutCertificate($0, broker) }
                }
            } catch {
                throw NeverHappened("\(waited); it is \(runtime.channelReports)")
            }
            #expect(runtime.channelReports.first?.sending.state != .connected)
            #expect(runtime.channelReports.first?.takingIn.state != .connected)
        }

        try await broker.kill()
        try KeyStores.renewBroker(in: broker.folder, days: 30)
        try await broker.start()
        _ = try await teller.client(as: "teller").publish(Told(number: 3))
        try await waitUntil("all messages") { heard.withLock { $0.count } >= 3 }
        #expect(heard.withLock { $0 } == [1, 2, 3])
        for runtime in runtimes { await runtime.stop() }
        try await broker.kill()
    }

    private func isAboutCertificate(_ error: String, _ broker: BrokerProcess) -> Bool {
        [
            "stomp+ssl://localhost:\(broker.ports.tls)", "a certificate is not accepted",
            "check the trust roots of the transport, the names and dates of the broker's certificate",
        ].allSatisfy(error.contains)
    }
}
#endif
