#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinTransport
import Testing

/// Point 16 of the contract of `Transport`, and point 6.
@Suite("Failures over STOMP", .fewAtATime)
struct StompFailureTests {
    private let request = SenderRequest(channel: "test", process: "shop", timeout: .patience)

    private func error(
        _ address: String, _ change: (inout StompConfiguration) -> Void = { _ in }
    ) async -> TransportError? {
        var configuration = StompConfiguration(
            credentials: StompConfiguration.Credentials(user: "skein", password: "secret"))
        change(&configuration)
        let transport = ActiveMQTransport(address, configuration: configuration)
        let error = await #expect(throws: TransportError.self) {
            let sender = try await transport.openSender(request)
            await sender.close()
        }
        #expect(error?.message.contains("secret") == false)
        #expect(error?.message.contains("wrong-password") == false)
        return error
    }

    @Test("wrong credentials are told with the user and the address", arguments: BrokerProcess.Kind.allCases)
    func credentials(kind: BrokerProcess.Kind) async throws {
        let port = try await SharedBrokers.broker(kind).ports.stomp
        let error = await error("stomp://anna:wrong-password@localhost:\(port)")
        #expect(error?.code == .unauthenticated)
        #expect(error?.message.contains("localhost:\(port)") == true)
        #expect(error?.message.contains("anna") == true)
    }

    @Test("a virtual host that is not there is refused")
    func virtualHost() async throws {
        let port = try await SharedBrokers.broker(.rabbitMQ).ports.stomp
        let error = await error("localhost:\(port)") { $0.virtualHost = "nowhere" }
        #expect(error?.code == .unauthenticated)
    }

    @Test("a subscription without the right to its destination is refused", arguments: BrokerProcess.Kind.allCases)
    func unauthorized(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let error = await #expect(throws: TransportError.self) {
            _ = try await scene.source([scene.commands]) {
                $0.credentials = StompConfiguration.Credentials(user: "poor", password: "secret")
            }
        }
        #expect(error?.code == .unauthorized)
    }

    @Test("a peer that speaks HTTP is told by its answer")
    func http() async throws {
        let socket = try LoopbackSocket()
        socket.answer("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        let error = await error("localhost:\(socket.port)")
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.contains("localhost:\(socket.port)") == true)
        #expect(error?.message.contains("HTTP/1.1 400") == true)
    }

    @Test("a peer that says nothing is given up in time")
    func silence() async throws {
        let socket = try LoopbackSocket()
        socket.answer("")
        #expect(await error("localhost:\(socket.port)") { $0.connectTimeout = .milliseconds(200) }?.code == .timeout)
    }

    @Test("a peer that promised heart-beats and sends none is lost")
    func heartBeats() async throws {
        let socket = try LoopbackSocket()
        socket.answer("CONNECTED\nversion:1.2\nheart-beat:50,50\n\n\0")
        let transport = ActiveMQTransport(
            "localhost:\(socket.port)", configuration: StompConfiguration(heartBeat: .milliseconds(50)))
        let sender = try await transport.openSender(request)
        var code: TransportError.Code?
        while code == nil {
            do {
                code = try await sender.send(OutboundBatch([StompSample.message])).first?.failure?.code
            } catch let error as TransportError {
                code = error.code
            }
        }
        #expect(code == .disconnected)
        await sender.close()
    }

    @Test("a broker that does not confirm makes a batch fail within its timeout")
    func late() async throws {
        let socket = try LoopbackSocket()
        socket.answer("CONNECTED\nversion:1.2\n\n\0")
        let transport = ActiveMQTransport("localhost:\(socket.port)")
        let short = SenderRequest(channel: "test", process: "shop", timeout: .seconds(2))
        let sender = try await transport.openSender(short)
        let outcomes = try await sender.send(OutboundBatch([StompSample.message]))
        #expect(outcomes.first?.failure != nil)
        await sender.close()
    }

    @Test("a port that nobody listens at, and a name that nobody has, are unreachable")
    func unreachable() async throws {
        let port = try FreePorts.take(1)[0]
        let error = await error("localhost:\(port)")
        #expect(error?.code == .disconnected)
        #expect(error?.message.contains("localhost:\(port) cannot be reached: Connection refused; does") == true)
        let unknown = await self.error("no-such-host.invalid:1")
        #expect(unknown?.code == .disconnected)
        #expect(unknown?.message.contains("reached: the name 'no-such-host.invalid' is unknown; does") == true)
    }

    @Test("a port that ends the connection at once is told with a question for the port")
    func endsAtOnce() async throws {
        let socket = try LoopbackSocket()
        socket.answer(nil)
        let error = await error("localhost:\(socket.port)")
        #expect(error?.code == .disconnected)
        #expect(error?.message.hasSuffix("does the address name the port of the broker's STOMP connector?") == true)
        #expect(error?.message.contains("read(") == false)
    }

    @Test("a wrong address is told when something is opened")
    func address() async throws {
        #expect(await error("stomp://localhost:x")?.code == .configuration)
    }
}
#endif
