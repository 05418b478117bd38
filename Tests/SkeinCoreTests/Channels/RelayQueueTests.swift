import Foundation
import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("A relay's queue")
struct RelayQueueTests {
    private let down = TransportError(.disconnected, "the broker is down")
    private let large = TransportError(.tooLarge, "the message is too large")

    @Test("sends in the order of the log, one batch at a time")
    func order() {
        var queue = queue(("a", 1), ("b", 2), ("a", 3))
        #expect(next(&queue, limit: 2, bytes: .max) == [1, 2])
        #expect(queue.nextBatch(limit: 2, bytes: .max) == nil)
        #expect(queue.sent([.acknowledged, .acknowledged]).done.map(\.position) == [1, 2])
        #expect(next(&queue, limit: 2, bytes: .max) == [3])
    }

    @Test("cuts a batch by size, but never below one message")
    func size() {
        var queue = queue(("a", 1), ("b", 2))
        #expect(next(&queue, limit: 9, bytes: 1) == [1])
    }

    @Test("knows how many bytes it holds, whatever becomes of the messages")
    func bytes() {
        var queue = queue(("a", 1), ("b", 2), ("a", 3), ("c", 4))
        let one = queue.bytes / 4
        _ = queue.nextBatch(limit: 3, bytes: .max)
        #expect(queue.bytes == 4 * one)
        _ = queue.sent([.refused(large), .acknowledged, .failed(down)])
        #expect(queue.bytes == 3 * one)
        queue.change(StoredKey("a")) { $0.message.envelope.payload.bytes += Data(repeating: 0, count: 10) }
        #expect(queue.bytes == 3 * one + 10)
        _ = queue.skip(StoredKey("a"))
        _ = queue.nextBatch(limit: 1, bytes: .max)
        _ = queue.interrupted()
        #expect(queue.bytes == 2 * one)
        _ = queue.remove { _ in true }
        #expect(queue.bytes == 0 && queue.count == 0)
    }

    @Test("stops the key of a message that was not taken, with all that come behind it, and goes on with others")
    func stops() {
        var queue = queue(("a", 1), ("b", 2), ("a", 3))
        _ = queue.nextBatch(limit: 9, bytes: .max)
        queue.add(item("a", 4))
        queue.add(item("b", 5))
        let settlement = queue.sent([.refused(large), .acknowledged, .failed(down)])
        #expect(settlement.done.map(\.position) == [2])
        #expect(settlement.stopped.map(\.item.position) == [1])
        #expect(settlement.stopped.map(\.isRefused) == [true])
        #expect(queue.stoppedItems == 3)
        queue.add(item("a", 6))
        #expect(next(&queue, limit: 9, bytes: .max) == [5])
        _ = queue.sent([.acknowledged])
        #expect(queue.isAtRest)
        queue.retry(StoredKey("a"))
        #expect(next(&queue, limit: 9, bytes: .max) == [1])
        let resumed = queue.sent([.acknowledged])
        #expect(resumed.done.map(\.position) == [1])
        let rest = queue.nextBatch(limit: 9, bytes: .max) ?? []
        #expect(positions(rest) == [3, 4, 6])
        #expect(rest.map(\.message.isRepeated) == [true, false, false])
    }

    @Test("sends again at once what a transaction did not bring because of others, and stops only the keys of those")
    func aborted() {
        var queue = queue(("a", 1), ("b", 2), ("c", 3), ("b", 4))
        _ = queue.nextBatch(limit: 4, bytes: .max)
        queue.add(item("b", 5))
        queue.add(item("c", 6))
        let outcomes: [SendOutcome] = [.failed(down), .failed(down), .failed(down), .refused(large)]
        let settlement = queue.sent(outcomes, isTransaction: true)
        #expect(settlement.done.isEmpty)
        #expect(settlement.stopped.map(\.item.position) == [2])
        #expect(settlement.stopped.map(\.isRefused) == [false])
        #expect(next(&queue, limit: 9, bytes: .max) == [1, 3, 6])
        _ = queue.sent([.acknowledged, .acknowledged, .acknowledged], isTransaction: true)
        #expect(queue.isAtRest)
        queue.retry(StoredKey("b"))
        #expect(next(&queue, limit: 9, bytes: .max) == [2])
        _ = queue.sent([.acknowledged], isTransaction: true)
        #expect(next(&queue, limit: 9, bytes: .max) == [4, 5])
        #expect(queue.sent([.refused(large), .failed(down)], isTransaction: true).stopped.map(\.isRefused) == [true])
        #expect(queue.stoppedItems == 2)
    }

    @Test("has a batch that was taken back come next, in the same order")
    func takesBack() {
        var queue = queue(("a", 1), ("b", 2), ("a", 3))
        _ = queue.nextBatch(limit: 1, bytes: .max)
        _ = queue.sent([.failed(down)])
        queue.retry(StoredKey("a"))
        #expect(next(&queue, limit: 9, bytes: .max) == [1, 2])
        queue.takeBack()
        #expect(queue.stoppedItems == 2)
        #expect(next(&queue, limit: 1, bytes: .max) == [1])
    }

    @Test("holds a key that is due until it is to be tried again")
    func holds() {
        var queue = queue(("a", 1))
        _ = queue.nextBatch(limit: 1, bytes: .max)
        _ = queue.sent([.failed(down)])
        queue.retry(StoredKey("a"))
        queue.hold(StoredKey("a"))
        #expect(queue.nextBatch(limit: 9, bytes: .max) == nil)
        queue.retry(StoredKey("a"))
        #expect(next(&queue, limit: 9, bytes: .max) == [1])
    }

    @Test("keeps the order of a key that fails again while others of it come")
    func failsAgain() {
        var queue = queue(("a", 1), ("a", 2))
        _ = queue.nextBatch(limit: 1, bytes: .max)
        _ = queue.sent([.failed(down)])
        queue.retry(StoredKey("a"))
        queue.add(item("a", 3))
        _ = queue.nextBatch(limit: 9, bytes: .max)
        queue.add(item("a", 4))
        #expect(queue.sent([.failed(down)]).stopped.map(\.item.failures) == [2])
        #expect(queue.skip(StoredKey("a"))?.position == 1)
        #expect(next(&queue, limit: 9, bytes: .max) == [2, 3, 4])
    }

    @Test("sends a batch again, marked, before everything else when its connection has ended")
    func interruption() {
        var queue = queue(("a", 1), ("b", 2))
        _ = queue.nextBatch(limit: 9, bytes: .max)
        queue.add(item("c", 3))
        #expect(queue.interrupted().lost.isEmpty)
        let batch = queue.nextBatch(limit: 9, bytes: .max) ?? []
        #expect(positions(batch) == [1, 2, 3])
        #expect(batch.map(\.message.isRepeated) == [true, true, false])
    }

    @Test("tries a stopped key again at once when the connection ended during its attempt")
    func interruptedAttempt() {
        var queue = queue(("a", 1), ("a", 2))
        _ = queue.nextBatch(limit: 1, bytes: .max)
        _ = queue.sent([.failed(down)])
        queue.retry(StoredKey("a"))
        _ = queue.nextBatch(limit: 9, bytes: .max)
        #expect(queue.isTrying(StoredKey("a")))
        _ = queue.interrupted()
        #expect(next(&queue, limit: 9, bytes: .max) == [1])
    }

    @Test("does not send again what may be lost, and does not mix it with what may not")
    func unreliable() {
        var queue = queue(("a", 1))
        queue.add(item("b", 2, isUnreliable: true))
        queue.add(item("c", 3, isUnreliable: true))
        #expect(next(&queue, limit: 9, bytes: .max) == [1])
        _ = queue.sent([.acknowledged])
        #expect(next(&queue, limit: 9, bytes: .max) == [2, 3])
        #expect(queue.sent([.acknowledged, .failed(down)]).lost.map(\.position) == [3])
        queue.add(item("b", 4, isUnreliable: true))
        _ = queue.nextBatch(limit: 9, bytes: .max)
        #expect(queue.interrupted().lost.map(\.position) == [4])
        #expect(queue.count == 0)
    }

    @Test("takes a message without an outcome for one that was not sent")
    func missingOutcome() {
        var queue = queue(("a", 1), ("b", 2))
        _ = queue.nextBatch(limit: 9, bytes: .max)
        let settlement = queue.sent([.acknowledged])
        #expect(settlement.stopped.map(\.item.position) == [2])
        #expect(settlement.stopped.map(\.isRefused) == [false])
    }

    private func queue(_ items: (String, Int64)...) -> RelayQueue {
        var queue = RelayQueue()
        for (key, position) in items { queue.add(item(key, position)) }
        return queue
    }

    private func item(_ key: String, _ position: Int64, isUnreliable: Bool = false) -> RelayQueue.Item {
        let id = MessageID("m\(position)")
        let envelope = Envelope(
            time: Timestamp(microseconds: 0),
            metadata: Envelope.Metadata(
                id: id, kind: .event, name: "shop.told", version: SchemaVersion(1, 0, 0), source: "shop", subject: key),
            context: Envelope.Context(correlationID: id), payload: Payload(contentType: "", bytes: Data()))
        return RelayQueue.Item(
            position: position, message: OutboundMessage(envelope, to: .events(of: "shop")), isUnreliable: isUnreliable)
    }

    private func next(_ queue: inout RelayQueue, limit: Int = 9, bytes: Int = .max) -> [Int64] {
        positions(queue.nextBatch(limit: limit, bytes: bytes) ?? [])
    }

    private func positions(_ items: [RelayQueue.Item]) -> [Int64] { items.map(\.position) }
}
