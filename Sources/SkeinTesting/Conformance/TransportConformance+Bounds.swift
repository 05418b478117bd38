import SkeinMessages
import SkeinTransport

// Point 10: how much a source holds.
extension TransportConformance {
    static let boundChecks: [Check] = [
        Check(10, "receive returns no more than its limit, and the rest later") { probe in
            let source = try await probe.source()
            let ids = (1...10).map { "\($0)" }
            try await probe.send(ids, by: try await probe.sender())
            var received: [InboundMessage] = []
            while !Set(ids).isSubset(of: probe.distinctIDs(of: received)) {
                let messages = try await source.receive(limit: 1 + received.count % 3)
                try await source.acknowledge(messages)
                received += messages
            }
        },
        Check(10, "a source with a full window gets nothing until it acknowledges") { probe in
            let window = 3
            let source = try await probe.source(window: window)
            let ids = (1...12).map { "\($0)" }
            try await probe.send(ids, by: try await probe.sender())
            var hand: [InboundMessage] = []
            var received: [InboundMessage] = []
            func take(_ messages: [InboundMessage]) throws {
                received += messages
                hand += messages
                try expect(hand.count <= window, "at most \(window) messages in hand, not \(hand.count)")
            }
            while !Set(ids).isSubset(of: probe.distinctIDs(of: received)) {
                if hand.count < window {
                    try take(try await source.receive(limit: 10))
                } else {
                    // This call begins with a full window, and can end when one message has been acknowledged.
                    async let next = source.receive(limit: 10)
                    await Task.yield()
                    try await source.acknowledge([hand.removeFirst()])
                    try take(try await next)
                }
            }
        },
    ]
}
