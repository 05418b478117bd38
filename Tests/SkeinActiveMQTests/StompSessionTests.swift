import Foundation
import Testing

@testable import SkeinActiveMQ

@Suite("A STOMP session")
struct StompSessionTests {
    private typealias Header = StompFrame.Header

    private let settings = StompSession.Settings(
        virtualHost: "shop", user: "anna", password: "secret", heartBeat: .seconds(10), connectTimeout: .seconds(5))

    private func connected(_ heartBeat: String = "0,0", server: String = "ActiveMQ/5.17.2") -> StompFrame {
        StompFrame(
            .connected, [Header("version", "1.2"), Header("server", server), Header("heart-beat", heartBeat)])
    }

    private func established(_ heartBeat: String = "0,0") -> StompSession {
        var session = StompSession(settings)
        _ = session.opened(at: .zero)
        _ = session.received(connected(heartBeat))
        return session
    }

    @Test("begins with CONNECT, and is established by CONNECTED")
    func connect() {
        var session = StompSession(settings)
        let headers = [
            Header("accept-version", "1.2"), Header("host", "shop"), Header("heart-beat", "10000,10000"),
            Header("login", "anna"), Header("passcode", "secret"),
        ]
        #expect(session.opened(at: .zero) == [.write(StompFrame(.connect, headers))])
        #expect(session.server == nil)
        let actions = session.received(connected(server: "RabbitMQ/3.10.8"))
        #expect(actions.count == 1)
        guard case .establish(let server)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(server.broker == .rabbitMQ)
        #expect(session.server == server)
    }

    @Test("is refused by an ERROR before CONNECTED, in the server's words and without its stack")
    func refused() {
        var session = StompSession(settings)
        _ = session.opened(at: .zero)
        let frame = StompFrame(
            .error, [Header("message", "User name [anna] or password is invalid.")],
            body: Data("User name [anna] or password is invalid.\n\tat org.example".utf8))
        let failure = StompFailure(.refused, "User name [anna] or password is invalid.")
        #expect(session.received(frame) == [.end(failure)])
        #expect(session.failure == failure)
        #expect(session.received(connected()) == [])
    }

    @Test(
        "refuses another version, and frames that nobody expects",
        arguments: [
            StompFrame(.connected, [Header("version", "1.1")]), StompFrame(.connected),
            StompFrame(.receipt, [Header("receipt-id", "r1")]), StompFrame(.send),
        ])
    func violations(frame: StompFrame) {
        var session = StompSession(settings)
        _ = session.opened(at: .zero)
        guard case .end(let failure)? = session.received(frame).first else {
            Issue.record("the session goes on")
            return
        }
        #expect(failure.kind == .violation)
    }

    @Test("ends when CONNECT is not answered in time")
    func silence() {
        var session = StompSession(settings)
        _ = session.opened(at: .seconds(1))
        #expect(session.tick(at: .seconds(5.9), isReading: true) == [])
        guard case .end(let failure)? = session.tick(at: .seconds(6), isReading: true).first else {
            Issue.record("the session goes on")
            return
        }
        #expect(failure.kind == .noAnswer)
    }

    @Test("numbers its receipts, and passes on those that come")
    func receipts() throws {
        var session = established()
        let first = try session.send(to: "/queue/a", [Header("k", "v")], body: Data([1]), receipt: true)
        let expected = [Header("destination", "/queue/a"), Header("k", "v"), Header("receipt", "r1")]
        #expect(first == StompSession.Issued(frame: StompFrame(.send, expected, body: Data([1])), receipt: 1))
        #expect(try session.send(to: "/queue/a", [], body: Data(), receipt: true).receipt == 2)
        #expect(try session.send(to: "/queue/a", [], body: Data(), receipt: false).receipt == nil)
        #expect(session.received(StompFrame(.receipt, [Header("receipt-id", "r2")])) == [.confirm(2)])
    }

    @Test("ends with an ERROR, which names the frame that it is about by its receipt")
    func error() throws {
        var session = established()
        _ = try session.send(to: "/queue/a", [], body: Data(), receipt: true)
        let frame = StompFrame(
            .error, [Header("receipt-id", "r1"), Header("message", "not authorized")], body: Data("more".utf8))
        let failure = StompFailure(.server(receipt: 1), "not authorized: more")
        #expect(session.received(frame) == [.end(failure)])
        #expect(throws: failure) { try session.send(to: "/queue/a", [], body: Data(), receipt: false) }
        #expect(session.lost(StompFailure(.lost, "gone")) == [])
    }

    @Test("delivers the messages of subscriptions that are open, and drops others")
    func messages() throws {
        var session = established()
        let headers = [Header("id", "s1"), Header("destination", "/queue/a"), Header("ack", "client-individual")]
        let issued = try session.subscribe("s1", to: "/queue/a", [Header("x", "y")], receipt: false)
        #expect(issued.frame == StompFrame(.subscribe, headers + [Header("x", "y")]))
        let message = StompFrame(.message, [Header("subscription", "s1"), Header("ack", "a1")])
        #expect(session.received(message) == [.deliver(message)])
        #expect(try session.unsubscribe("s1", receipt: false).frame == StompFrame(.unsubscribe, [Header("id", "s1")]))
        #expect(session.received(message) == [])
    }

    @Test("acknowledges and rejects single messages")
    func acknowledgements() throws {
        var session = established()
        #expect(try session.acknowledge("a1").frame == StompFrame(.ack, [Header("id", "a1")]))
        #expect(
            try session.acknowledge("a1", transaction: "t1").frame
                == StompFrame(.ack, [Header("id", "a1"), Header("transaction", "t1")]))
        #expect(try session.reject("a2").frame == StompFrame(.nack, [Header("id", "a2")]))
        #expect(
            try session.reject("a3", [Header("requeue", "false")]).frame
                == StompFrame(.nack, [Header("id", "a3"), Header("requeue", "false")]))
    }

    @Test("gives each transaction a name, and ends it with COMMIT or ABORT")
    func transactions() throws {
        var session = established()
        let (first, begin) = try session.begin()
        #expect(begin.frame == StompFrame(.begin, [Header("transaction", "t1")]))
        let (second, _) = try session.begin()
        #expect(second != first)
        let sent = try session.send(to: "/queue/a", [], body: Data(), transaction: first, receipt: false)
        #expect(sent.frame["transaction"] == first)
        #expect(
            try session.commit(first).frame
                == StompFrame(.commit, [Header("transaction", "t1"), Header("receipt", "r1")]))
        #expect(try session.abort(second).frame == StompFrame(.abort, [Header("transaction", "t2")]))
    }

    @Test("ends when its DISCONNECT is confirmed, and takes no further requests")
    func disconnect() throws {
        var session = established()
        #expect(try session.disconnect().frame == StompFrame(.disconnect, [Header("receipt", "r1")]))
        #expect(throws: StompFailure.self) { try session.acknowledge("a1") }
        let closed = StompFailure(.closed, "closed")
        #expect(session.received(StompFrame(.receipt, [Header("receipt-id", "r1")])) == [.confirm(1), .end(closed)])
    }

    @Test("sends heart-beats in half the time that was agreed, unless it has something to say")
    func beats() {
        // The server wants something every 20 s, which is longer than what is offered.
        var session = established("0,20000")
        #expect(session.tick(at: .seconds(9), isReading: true) == [])
        #expect(session.tick(at: .seconds(10), isReading: true) == [.writeHeartBeat])
        session.wrote(at: .seconds(15))
        #expect(session.tick(at: .seconds(24), isReading: true) == [])
        #expect(session.tick(at: .seconds(25), isReading: true) == [.writeHeartBeat])
    }

    @Test("ends after twice the silence that was agreed")
    func lost() {
        var session = established("15000,0")
        #expect(session.tick(at: .seconds(30), isReading: true) == [])
        session.receivedBytes(at: .seconds(1))
        #expect(session.tick(at: .seconds(31), isReading: true) == [])
        guard case .end(let failure)? = session.tick(at: .seconds(32), isReading: true).first else {
            Issue.record("the session goes on")
            return
        }
        #expect(failure.kind == .silence)
    }

    @Test("does not take its own not reading for silence")
    func paused() {
        var session = established("15000,0")
        #expect(session.tick(at: .seconds(100), isReading: false) == [])
        #expect(session.tick(at: .seconds(120), isReading: true) == [])
    }

    @Test("without heart-beats waits for ever")
    func eternal() {
        var session = established("0,0")
        #expect(session.tick(at: .seconds(1_000_000), isReading: true) == [])
    }
}
