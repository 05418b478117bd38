import Foundation
import SkeinMessages
import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("A connection that takes in")
struct IntakeConnectionTests {
    private typealias Action = IntakeConnection<String>.Action

    private var connection = IntakeConnection<String>(batch: 2)
    private let start = Timestamp.epoch
    private let down = TransportError(.disconnected, "the broker is down")

    @Test("receives, records and acknowledges, and has no more than two batches in hand")
    mutating func takesIn() {
        expect(connection.connect(.everything, isSuspended: false), .open(connection: 1, .everything))
        #expect(!connection.isAtRest)
        expect(connection.opened(1, "a"), .begin(.everything))
        #expect(connection.isAtRest)
        for round in 0..<2 {
            expect(receive(), .receive(connection: 1, "a", limit: 2))
            expect(receive(), nil)
            let batch = messages(1 + 2 * round, 2 + 2 * round)
            expect(connection.received(1, batch), .record(connection: 1, batch))
            #expect(!connection.isAtRest)
        }
        expect(receive(), nil)
        expect(connection.acknowledgeNext(at: start), nil)
        connection.recorded(1, messages(1, 2))
        let first = Action.acknowledge(connection: 1, "a", messages(1, 2), asksForBacklog: true)
        expect(connection.acknowledgeNext(at: start), first)
        connection.recorded(1, messages(3, 4))
        expect(connection.acknowledgeNext(at: start), nil)
        expect(receive(), nil)
        connection.acknowledged(1, count: 2)
        expect(receive(), .receive(connection: 1, "a", limit: 2))
        let second = Action.acknowledge(connection: 1, "a", messages(3, 4), asksForBacklog: false)
        expect(connection.acknowledgeNext(at: start), second)
        connection.acknowledged(1, count: 2)
        #expect(connection.isAtRest)
    }

    @Test("acknowledges together what was recorded meanwhile, and receives as much as there is room for")
    mutating func together() {
        open()
        expect(receive(), .receive(connection: 1, "a", limit: 2))
        _ = connection.received(1, messages(1, 2))
        _ = receive()
        _ = connection.received(1, messages(3))
        expect(receive(), .receive(connection: 1, "a", limit: 1))
        connection.recorded(1, messages(1, 2))
        connection.recorded(1, messages(3))
        let all = Action.acknowledge(connection: 1, "a", messages(1, 2, 3), asksForBacklog: true)
        expect(connection.acknowledgeNext(at: start), all)
    }

    @Test("asks for the backlog once a second, and when a backlog seems to have come to its end")
    mutating func backlog() {
        open()
        #expect(asks(at: start))
        #expect(!asks(at: start.advanced(by: .milliseconds(999))))
        #expect(asks(at: start.advanced(by: .seconds(1))))
        expect(connection.learned(1, backlog: 5), .reportBacklog(5))
        expect(connection.learned(1, backlog: 5), nil)
        #expect(asks(at: start.advanced(by: .seconds(1))))
        _ = receive()
        _ = connection.received(1, messages(8, 9))
        #expect(!asks(at: start.advanced(by: .seconds(1))), "there is more in hand")
        expect(connection.learned(1, backlog: 0), .reportBacklog(0))
    }

    @Test("opens another one after a failure when the one before has let go", arguments: [true, false])
    mutating func failure(leavesFirst: Bool) {
        open()
        let departure = IntakeConnection<String>.Departure(connection: 1, source: "a")
        expect(connection.failed(1, because: down), .pause(leaving: departure, because: down))
        #expect(connection.isAtRest)
        if leavesFirst {
            expect(connection.left(1), nil)
        } else {
            expect(connection.connect(.everything, isSuspended: false), nil)
            #expect(connection.isAtRest)
            expect(connection.left(7), nil)
            expect(connection.left(1), .connect)
        }
        expect(connection.left(1), nil)
        expect(connection.connect(.everything, isSuspended: false), .open(connection: 2, .everything))
        expect(connection.failed(2, because: down), .pause(leaving: nil, because: down))
        expect(connection.connect(.everything, isSuspended: false), .open(connection: 3, .everything))
    }

    @Test("counts nothing that an earlier one reports")
    mutating func late() {
        open()
        _ = receive()
        _ = connection.failed(1, because: down)
        _ = connection.left(1)
        _ = connection.connect(.everything, isSuspended: false)
        expect(connection.opened(1, "late"), .discard("late"))
        expect(connection.opened(2, "b"), .begin(.everything))
        expect(connection.failed(1, because: down), nil)
        expect(connection.received(1, messages(1)), nil)
        connection.recorded(1, messages(1))
        connection.acknowledged(1, count: 1)
        expect(connection.learned(1, backlog: 5), nil)
        expect(connection.left(1), nil)
        expect(connection.acknowledgeNext(at: start), nil)
        #expect(connection.isAtRest)
        expect(receive(), .receive(connection: 2, "b", limit: 2))
    }

    @Test("opens another one for answers alone, and for everything, when nothing is in hand")
    mutating func scopes() {
        open()
        expect(connection.receiveNext(nil, isSuspended: false), nil)
        expect(receive(), .receive(connection: 1, "a", limit: 2))
        _ = connection.received(1, messages(1))
        expect(connection.receiveNext(.answers, isSuspended: false), nil)
        connection.recorded(1, messages(1))
        _ = connection.acknowledgeNext(at: start)
        expect(connection.receiveNext(.answers, isSuspended: false), nil)
        connection.acknowledged(1, count: 1)
        let departure = IntakeConnection<String>.Departure(connection: 1, source: "a")
        expect(connection.receiveNext(.answers, isSuspended: false), .reopen(leaving: departure))
        _ = connection.left(1)
        expect(connection.connect(.answers, isSuspended: false), .open(connection: 2, .answers))
        expect(connection.opened(2, "b"), .begin(.answers))
        expect(
            connection.receiveNext(.answers, isSuspended: false), .receive(connection: 2, "b", limit: 2))
        let next = IntakeConnection<String>.Departure(connection: 2, source: "b")
        expect(receive(), .reopen(leaving: next))
    }

    @Test("is left while the operator suspends the channel")
    mutating func suspended() {
        expect(connection.connect(.everything, isSuspended: true), .waitForResumption)
        #expect(connection.isAtRest)
        open()
        _ = receive()
        let departure = IntakeConnection<String>.Departure(connection: 1, source: "a")
        expect(connection.receiveNext(.everything, isSuspended: true), .reopen(leaving: departure))
        expect(connection.connect(.everything, isSuspended: true), .waitForResumption)
        expect(connection.connect(.everything, isSuspended: false), nil)
        expect(connection.left(1), .connect)
        expect(connection.connect(.everything, isSuspended: true), .waitForResumption)
        expect(connection.connect(.everything, isSuspended: false), .open(connection: 2, .everything))
    }

    @Test("ends once, whatever it was doing")
    mutating func end() {
        expect(connection.close(), .end)
        #expect(connection.isClosed)
        expect(connection.close(), nil)
        expect(connection.connect(.everything, isSuspended: false), nil)

        connection = IntakeConnection(batch: 2)
        open()
        expect(connection.close(), .close("a"))
        #expect(connection.isEnding && connection.isAtRest && !connection.isClosed)
        expect(connection.failed(1, because: down), nil)
        expect(connection.received(1, messages(1)), nil)
        expect(receive(), nil)
        expect(connection.close(), nil)
        connection.closed()
        #expect(connection.isClosed)

        connection = IntakeConnection(batch: 2)
        open()
        _ = connection.failed(1, because: down)
        _ = connection.connect(.everything, isSuspended: false)
        expect(connection.close(), .end)
        expect(connection.left(1), nil)
        #expect(connection.isClosed)
    }

    @Test("that is being opened as the process drains is closed when it is open", arguments: [true, false])
    mutating func endWhileOpening(succeeds: Bool) {
        _ = connection.connect(.everything, isSuspended: false)
        expect(connection.close(), nil)
        #expect(connection.isEnding && connection.isAtRest && !connection.isClosed)
        if succeeds {
            expect(connection.opened(1, "a"), .close("a"))
            connection.closed()
        } else {
            expect(connection.failed(1, because: down), .end)
        }
        #expect(connection.isClosed)
    }

    private mutating func open() {
        _ = connection.connect(.everything, isSuspended: false)
        _ = connection.opened(1, "a")
    }

    private mutating func receive() -> Action? { connection.receiveNext(.everything, isSuspended: false) }

    /// Whether the broker is asked for its backlog with the acknowledgement of one more message.
    private mutating func asks(at now: Timestamp) -> Bool {
        _ = receive()
        _ = connection.received(1, messages(1))
        connection.recorded(1, messages(1))
        guard case .acknowledge(_, _, _, let asks) = connection.acknowledgeNext(at: now) else { return false }
        connection.acknowledged(1, count: 1)
        return asks
    }

    private func messages(_ receipts: Int...) -> [InboundMessage] {
        receipts.map { receipt in
            InboundMessage(
                .unreadable(UnreadableMessage(headers: [:], body: Data(), reason: "")), by: .events(of: "shop"),
                from: BrokerPosition(topic: "shop", partition: 0, offset: Int64(receipt)), receipt: UInt64(receipt))
        }
    }

    /// Errors have no equality, so actions are compared by what they say.
    private func expect(
        _ action: Action?, _ expected: Action?, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(String(describing: action) == String(describing: expected), sourceLocation: sourceLocation)
    }
}
