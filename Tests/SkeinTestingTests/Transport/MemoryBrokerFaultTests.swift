import SkeinMessages
import SkeinTesting
import SkeinTransport
import Testing

@Suite("A broker in memory that fails")
struct MemoryBrokerFaultTests {
    @Test("loses nothing and keeps the order of each key, for who sends again and drops repetitions")
    func storms() {
        for seed in UInt64(1)...1000 {
            let storm = BrokerStorm(seed: seed)
            guard storm.run() else {
                Issue.record("seed \(seed): waits for ever after \(storm.recorded.count) messages")
                return
            }
            for key in 0..<BrokerStorm.keys {
                let numbers = storm.recorded.compactMap { Int($0.rawValue) }.filter { $0 % BrokerStorm.keys == key }
                guard numbers == Array(stride(from: key, to: BrokerStorm.count, by: BrokerStorm.keys)) else {
                    Issue.record("seed \(seed): the order of a key is \(numbers)")
                    return
                }
            }
        }
    }

    @Test("fails in the same way from the same seed, and in another one from another")
    func repeatable() {
        func story(_ seed: UInt64) -> [String] {
            let storm = BrokerStorm(seed: seed)
            _ = storm.run()
            let stored = storm.broker.messages(sentTo: BrokerStorm.events).map { "\($0.position) \($0.isRepeated)" }
            return stored + storm.recorded.map(\.rawValue) + ["\(storm.deliveries) \(storm.steps)"]
        }
        let stories = (1...20).map { story(UInt64($0)) }
        #expect(stories == (1...20).map { story(UInt64($0)) })
        #expect(Set(stories).count == 20)
    }

    @Test("does each of its faults, alone", arguments: Fault.all)
    func each(fault: Fault) {
        var faults = MemoryBroker.Faults()
        faults[keyPath: fault.path] = 0.3
        let (calm, struck) = (counts(MemoryBroker.Faults()), counts(faults))
        #expect(calm != struck)
    }

    @Test("gives a message again whose acknowledgement is lost, and then one that is not")
    func lostAcknowledgement() async throws {
        let broker = MemoryBroker()
        var faults = MemoryBroker.Faults()
        faults.lostAcknowledgement = 1
        broker.suffer(faults, seed: 1)
        let source = try await broker.transport().openSource(
            SourceRequest(channel: "c", process: "order", subscriptions: [SourceSubscription(BrokerStorm.events)]))
        let sender = try await broker.transport().openSender(SenderRequest(channel: "c", process: "payment"))
        _ = try await sender.send(OutboundBatch([BrokerStorm.message(1)]))
        for round in 1...3 {
            let messages = try await source.receive(limit: 9)
            #expect(messages.map(\.id) == ["1"])
            #expect(messages.map(\.isRepeated) == [round > 1])
            try await source.acknowledge(messages)
            try #require(await source.backlog() == 1)
        }
        broker.calm()
        try await source.acknowledge(try await source.receive(limit: 9))
        #expect(await source.backlog() == 0)
        #expect(broker.unacknowledged(by: "order", in: BrokerStorm.events) == 0)
    }

    @Test("does nothing of it any more when it is calm")
    func calm() async throws {
        let broker = MemoryBroker()
        var faults = MemoryBroker.Faults()
        faults.failedOpening = 1
        broker.suffer(faults, seed: 1)
        let request = SenderRequest(channel: "c", process: "payment")
        await #expect(throws: TransportError.self) { try await broker.transport().openSender(request) }
        broker.calm()
        _ = try await broker.transport().openSender(request)
    }

    /// What came of some runs: how often things were stored and delivered, in which order.
    private func counts(_ faults: MemoryBroker.Faults) -> [String] {
        (1...5).flatMap { seed -> [String] in
            let storm = BrokerStorm(seed: UInt64(seed), faults: faults)
            _ = storm.run()
            let stored = storm.broker.messages(sentTo: BrokerStorm.events).count
            return ["\(stored) \(storm.deliveries) \(storm.steps)"] + storm.recorded.map(\.rawValue)
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let path: any WritableKeyPath<MemoryBroker.Faults, Double> & Sendable

        static let all = [
            Fault(testDescription: "failedOpening", path: \.failedOpening),
            Fault(testDescription: "failedSend", path: \.failedSend),
            Fault(testDescription: "lostOutcome", path: \.lostOutcome),
            Fault(testDescription: "partialSend", path: \.partialSend),
            Fault(testDescription: "disconnectedSender", path: \.disconnectedSender),
            Fault(testDescription: "disconnectedSource", path: \.disconnectedSource),
            Fault(testDescription: "repeatedDelivery", path: \.repeatedDelivery),
            Fault(testDescription: "reordering", path: \.reordering),
            Fault(testDescription: "lostAcknowledgement", path: \.lostAcknowledgement),
            Fault(testDescription: "rebalance", path: \.rebalance),
        ]
    }
}
