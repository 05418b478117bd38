import Foundation
import SkeinTransport
import Testing

@testable import SkeinKafka

@Suite("Kafka: the window of a source")
struct InboundWindowTests {
    private typealias Window = InboundWindow<String>

    private func messages(_ count: Int, partition: Int = 0) -> [InboundMessage] {
        let content = InboundMessage.Content.unreadable(UnreadableMessage(headers: [:], body: .init(), reason: ""))
        return (0..<count).map { offset in
            InboundMessage(
                content, by: .catalogue, from: BrokerPosition(topic: "t", partition: partition, offset: Int64(offset)),
                receipt: 0)
        }
    }

    /// "waiter: 1 2 3", "waiter: closed", or "" for nothing.
    private func words(_ action: Window.Action) -> String {
        guard case .resume(let waiter, let result) = action else { return "" }
        switch result {
        case .success(let messages): return "\(waiter): " + messages.map { "\($0.receipt)" }.joined(separator: " ")
        case .failure(let error as TransportError): return "\(waiter): \(error.code)"
        case .failure(let error): return "\(waiter): \(error)"
        }
    }

    @Test("who waits gets what comes, up to the limit and the window")
    func handsOut() {
        var window = Window(window: 4)
        #expect(words(window.receive("a", id: 1, limit: 3)) == "")
        let (first, action) = window.offer(messages(6))
        #expect(first == 1 && words(action) == "a: 1 2 3")
        #expect(window.inHand == 3 && window.room == 0)
        #expect(words(window.receive("b", id: 2, limit: 10)) == "b: 4")
        #expect(words(window.receive("c", id: 3, limit: 10)) == "")
        #expect(words(window.acknowledge(2)) == "c: 5 6")
        #expect(window.inHand == 4)
        #expect(words(window.acknowledge(4)) == "")
        #expect(window.room == 4 && window.isHalfEmpty)
    }

    @Test("a cancelled wait loses no message")
    func cancel() {
        var window = Window(window: 4)
        _ = window.receive("a", id: 1, limit: 3)
        #expect(words(window.cancel(id: 7)) == "")
        #expect(words(window.cancel(id: 1)).contains("CancellationError"))
        _ = window.offer(messages(1))
        #expect(words(window.receive("b", id: 2, limit: 3)) == "b: 1")
        #expect(words(window.cancel(id: 2)) == "")
    }

    @Test("a second waiter is refused")
    func twice() {
        var window = Window(window: 4)
        _ = window.receive("a", id: 1, limit: 3)
        #expect(words(window.receive("b", id: 2, limit: 3)) == "b: unsupported")
    }

    @Test("messages of partitions that are lost are not handed out")
    func drop() {
        var window = Window(window: 10)
        _ = window.offer(messages(2, partition: 0))
        _ = window.offer(messages(2, partition: 1))
        #expect(window.drop([TopicPartition("t", 0)]) == [1, 2])
        #expect(words(window.receive("a", id: 1, limit: 10)) == "a: 3 4")
    }

    @Test("the first reason of an end stays")
    func fail() {
        var window = Window(window: 4)
        _ = window.receive("a", id: 1, limit: 3)
        #expect(words(window.fail(TransportError(.fenced, "x"))) == "a: fenced")
        #expect(words(window.fail(TransportError(.closed, "x"))) == "")
        _ = window.offer(messages(1))
        #expect(words(window.receive("b", id: 2, limit: 3)) == "b: fenced")
    }
}
