import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("A connection of a relay")
struct RelayConnectionTests {
    private typealias Action = RelayConnection<String>.Action

    private var connection = RelayConnection<String>()
    private let batch = OutboundBatch([])
    private let down = TransportError(.disconnected, "the broker is down")
    private let late = TransportError(.timeout, "the broker does not answer")

    @Test("sends one batch at a time")
    mutating func sends() {
        #expect(!connection.isFree)
        expect(connection.connect(isSuspended: false), .open(connection: 1))
        expect(connection.connect(isSuspended: false), nil)
        #expect(!connection.isFree)
        expect(connection.opened(1, "a"), .begin(connection: 1, "a"))
        for _ in 0..<2 {
            #expect(connection.isFree)
            expect(connection.send(batch), .send(connection: 1, batch, by: "a"))
            #expect(!connection.isFree)
            expect(connection.send(batch), nil)
            expect(connection.sent(1, [.acknowledged]), .settle(.log, [.acknowledged], next: nil))
        }
        expect(connection.sent(1, [.acknowledged]), nil)
    }

    @Test("opens again after a pause when it fails, and counts nothing that an earlier one reports")
    mutating func failure() {
        _ = connection.connect(isSuspended: false)
        expect(connection.failed(1, because: down), .pause(leaving: nil, because: down))
        #expect(connection.isPausing)
        expect(connection.connect(isSuspended: false), .open(connection: 2))
        expect(connection.failed(1, because: down), nil)
        expect(connection.opened(1, "late"), .discard("late"))
        _ = connection.opened(2, "b")
        _ = connection.send(batch)
        expect(connection.sent(1, [.acknowledged]), nil)
        expect(connection.failed(1, because: late), nil)
        expect(connection.lost(1, because: down), nil)
        expect(connection.failed(2, because: late), .pause(leaving: "b", because: late))
        expect(connection.sent(2, [.acknowledged]), nil)
        expect(connection.lost(2, because: down), nil)
        expect(connection.connect(isSuspended: false), .open(connection: 3))
    }

    @Test("that is overdue with a batch has failed, unless that batch has ended")
    mutating func overdue() {
        open()
        _ = connection.send(batch)
        _ = connection.sent(1, [.acknowledged])
        expect(connection.failed(1, because: late), nil)
        #expect(connection.isFree)
    }

    @Test("that ends by itself opens again, at once or when the batch under way has its outcome")
    mutating func loss() {
        open()
        expect(connection.lost(1, because: down), .pause(leaving: "a", because: down))
        open(2)
        _ = connection.send(batch)
        expect(connection.lost(2, because: down), nil)
        #expect(!connection.isFree && !connection.isPausing)
        let pause = Action.pause(leaving: "a", because: down)
        expect(connection.sent(2, [.acknowledged]), .settle(.log, [.acknowledged], next: pause))
        open(3)
        _ = connection.send(batch)
        _ = connection.lost(3, because: down)
        expect(connection.failed(3, because: late), .pause(leaving: "a", because: late))
    }

    @Test("sends the catalogue entries before anything else, once")
    mutating func announcement() {
        connection.announce(asks: true)
        connection.announce(asks: false)
        open()
        #expect(!connection.isFree)
        expect(connection.next(isSuspended: false), .announce(connection: 1, asks: true, by: "a"))
        expect(connection.next(isSuspended: false), nil)
        let settle = Action.settle(.catalogue(asks: true), [.acknowledged], next: nil)
        expect(connection.sent(1, [.acknowledged]), settle)
        #expect(connection.isFree)
        expect(connection.next(isSuspended: false), nil)
        connection.announce(asks: false)
        expect(connection.next(isSuspended: false), .announce(connection: 1, asks: false, by: "a"))
    }

    @Test("sends the catalogue entries again that were under way when it failed", arguments: [true, false])
    mutating func announcesAgain(asks: Bool) {
        connection.announce(asks: asks)
        open()
        _ = connection.next(isSuspended: false)
        connection.announce(asks: false)
        expect(connection.failed(1, because: late), .pause(leaving: "a", because: late))
        open(2)
        expect(connection.next(isSuspended: false), .announce(connection: 2, asks: asks, by: "a"))
    }

    @Test("is closed while the operator suspends the channel, but for the batch under way")
    mutating func suspended() {
        expect(connection.connect(isSuspended: true), .waitForResumption)
        open()
        _ = connection.send(batch)
        expect(connection.next(isSuspended: true), nil)
        _ = connection.sent(1, [.acknowledged])
        connection.announce(asks: true)
        expect(connection.next(isSuspended: true), .suspend("a"))
        expect(connection.next(isSuspended: true), nil)
        expect(connection.connect(isSuspended: false), .open(connection: 2))
        _ = connection.failed(2, because: down)
        expect(connection.connect(isSuspended: true), .waitForResumption)
        #expect(!connection.isPausing)
    }

    @Test("ends at once where nothing is under way")
    mutating func end() {
        expect(connection.close(), .end(leaving: nil))
        #expect(connection.isClosed)
        expect(connection.close(), nil)
        expect(connection.connect(isSuspended: false), nil)
        connection = RelayConnection()
        open()
        _ = connection.lost(1, because: down)
        expect(connection.close(), .end(leaving: nil))
        connection = RelayConnection()
        open()
        expect(connection.close(), .close("a"))
        expect(connection.close(), nil)
        expect(connection.lost(1, because: down), nil)
        expect(connection.next(isSuspended: true), nil)
        #expect(connection.isEnding && !connection.isClosed)
        connection.closed()
        #expect(connection.isClosed)
    }

    @Test("that is being opened as the process drains is closed when it is open", arguments: [true, false])
    mutating func endWhileOpening(succeeds: Bool) {
        _ = connection.connect(isSuspended: false)
        expect(connection.close(), nil)
        #expect(connection.isEnding && !connection.isClosed)
        if succeeds {
            expect(connection.opened(1, "a"), .close("a"))
            connection.closed()
        } else {
            expect(connection.failed(1, because: down), .end(leaving: nil))
        }
        #expect(connection.isClosed)
    }

    @Test("takes the outcome of the batch that is under way as the process drains")
    mutating func endWhileSending() {
        for number: UInt64 in 1...3 {
            connection = RelayConnection()
            open()
            _ = connection.send(batch)
            expect(connection.close(), nil)
            #expect(connection.isEnding && !connection.isClosed)
            switch number {
            case 1:
                expect(connection.sent(1, []), .settle(.log, [], next: .close("a")))
                connection.closed()
            case 2:
                _ = connection.lost(1, because: down)
                expect(connection.sent(1, []), .settle(.log, [], next: .end(leaving: "a")))
            default: expect(connection.failed(1, because: late), .end(leaving: "a"))
            }
            #expect(connection.isClosed)
        }
    }

    private mutating func open(_ number: UInt64 = 1) {
        _ = connection.connect(isSuspended: false)
        _ = connection.opened(number, "a")
    }

    /// Errors have no equality, so actions are compared by what they say.
    private func expect(
        _ action: Action?, _ expected: Action?, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(String(describing: action) == String(describing: expected), sourceLocation: sourceLocation)
    }
}
