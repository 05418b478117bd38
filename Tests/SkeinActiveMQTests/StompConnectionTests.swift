#if ActiveMQ
import Foundation
import NIOCore
import NIOEmbedded
import SkeinTransport
import Synchronization
import Testing

@testable import SkeinActiveMQ

@Suite("A STOMP connection")
struct StompConnectionTests {
    /// A connection that is established and subscribed, on a channel in memory.
    private func connection(
        window: Int, capacity: Int, _ limits: StompFrameParser.Limits = StompFrameParser.Limits()
    ) async -> StompConnection {
        let errors = StompErrors(label: "stomp://test:1", user: nil)
        let connection = StompConnection(StompSession.Settings(), limits: limits, errors: errors)
        connection.opened(NIOAsyncTestingChannel())
        connection.bound(window: window, capacity: capacity)
        connection.received(ByteBuffer(string: "CONNECTED\nversion:1.2\n\n\0"))
        _ = await connection.request("it", within: .seconds(60)) { session, issue throws(StompFailure) in
            issue(try session.subscribe("s1", to: "/queue/a", receipt: false))
        }
        return connection
    }

    private func flood(_ count: Int) -> ByteBuffer {
        ByteBuffer(string: (0..<count).map { "MESSAGE\nsubscription:s1\nack:\($0)\n\n\0" }.joined())
    }

    @Test("stops reading when a broker sends more than it may, and reads on when there is room")
    func bounded() async throws {
        let connection = await connection(window: 3, capacity: 5)
        #expect(connection.wantsMore())
        connection.received(flood(8))
        #expect(!connection.wantsMore())
        #expect(connection.state.withLock { $0.inbound.count } == 5)
        var acknowledgements = try await connection.take(limit: 10).map { $0["ack"] }
        #expect(acknowledgements == ["0", "1", "2"])
        #expect(!connection.wantsMore())
        connection.putBack(2)
        #expect(!connection.wantsMore())
        acknowledgements = try await connection.take(limit: 1).map { $0["ack"] }
        #expect(acknowledgements == ["3"])
        acknowledgements = try await connection.take(limit: 10).map { $0["ack"] }
        #expect(acknowledgements == ["4"])
        connection.putBack(3)
        acknowledgements = try await connection.take(limit: 10).map { $0["ack"] }
        #expect(acknowledgements == ["5", "6", "7"])
        connection.putBack(3)
        #expect(connection.wantsMore())
    }

    @Test("says of a frame that cannot be rejected which message it is, the limit and what to do")
    func excess() async throws {
        let limits = StompFrameParser.Limits(line: 40)
        let connection = await connection(window: 1, capacity: 1, limits)
        let long = String(repeating: "x", count: 40)
        connection.received(ByteBuffer(string: "MESSAGE\nsubscription:s1\nmessage-id:ID-7\nack:\(long)"))
        let error = await #expect(throws: TransportError.self) { try await connection.take(limit: 1) }
        #expect(error?.code == .tooLarge)
        #expect(
            error?.message == "stomp://test:1: the message 'ID-7' has more than 40 bytes in its header 'ack', without "
                + "which it can be neither read nor rejected: take the message out of its queue")
    }

    @Test("answers a request with the receipts that are missing when the session ends")
    func missing() async throws {
        let connection = await connection(window: 1, capacity: 1)
        async let answer = connection.request("it", within: .seconds(60)) { session, issue throws(StompFailure) in
            for _ in 0..<3 { issue(try session.send(to: "/queue/a", [], body: Data(), receipt: true)) }
            // The answers may come before anybody waits for them.
        }
        let receipts = "RECEIPT\nreceipt-id:r2\n\n\0ERROR\nreceipt-id:r1\nmessage:not authorized\n\n\0"
        while connection.state.withLock({ $0.owners.count }) < 3 { await Task.yield() }
        connection.received(ByteBuffer(string: receipts))
        let outcome = await answer
        #expect(outcome.missing == [1, 3])
        #expect(outcome.failure?.kind == .server(receipt: 1))
        #expect((outcome.error as? TransportError)?.code == .unauthorized)
        #expect(connection.error?.code == .unauthorized)
    }
}
#endif
