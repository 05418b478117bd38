import SkeinCore
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

/// What a channel with transactions promises: what the broker has committed is there once.
@Suite("A channel that sends exactly once")
struct ExactlyOnceTests {
    private let broker = MemoryBroker()
    private let large = TransportError(.tooLarge, "the message is larger than 10 bytes; raise message.max.bytes")
    private let events = Destination.events(of: "teller")

    private func refuseHuge() {
        broker.refuse { [large] message in
            String(decoding: message.envelope.payload.bytes, as: UTF8.self).contains("huge") ? large : nil
        }
    }

    private func teller(seed: UInt64 = 1, on store: any Store = MemoryStore(), batch: Int = 1000) throws -> Simulation {
        var options = Simulation.Options()
        options.seed = seed
        return try Simulation(
            store: store, options: options, components: [Apart.teller],
            channels: [Channel("shop", over: broker.transport()).exactlyOnce().batches(of: batch)],
            remotes: [Remote("listener", via: "shop")])
    }

    private var sent: [String] { broker.messages(sentTo: events).compactMap { $0.envelope?.id.rawValue } }

    @Test("a store that was begun anew sends all that it has, whatever the broker remembers of the one before")
    func begunAnew() throws {
        for seed in 1...2 as ClosedRange<UInt64> {
            let teller = try teller(seed: seed)
            for number in 1...5 { try teller.publish(Told(about: "a", text: "\(number)"), as: "teller") }
            teller.run(for: .minutes(1))
            broker.disconnectAll(of: "teller")
        }
        #expect(sent.count == 10)
        #expect(Set(sent).count == 10)
    }

    @Test("a batch is not sent again that left while the commit of the one before was under way", arguments: 0..<20)
    func killedBetween(number: UInt64) throws {
        for seed in (number * 10)..<(number * 10 + 10) {
            let broker = MemoryBroker()
            var options = Simulation.Options()
            options.seed = seed
            let shop = try SimulatedProcesses(
                broker: broker, options: options, of: [[Apart.teller], [Apart.listener]],
                channel: { channel, _ in channel.exactlyOnce().batches(of: 1) })
            shop.kills = 0.02
            try shop.perform(in: "teller") { runtime in
                try await withThrowingTaskGroup { group in
                    for number in 1...20 {
                        group.addTask {
                            _ = try await runtime.client(as: "teller").publish(
                                Told(about: "k\(number)", text: "\(number)"), id: MessageID("told-\(number)"))
                        }
                    }
                    try await group.waitForAll()
                }
            }
            shop.kills = 0
            shop.run(for: .hours(1))
            let sent = broker.messages(sentTo: events).compactMap { $0.envelope?.id.rawValue }
            #expect(sent.sorted() == (1...20).map { "told-\($0)" }.sorted(), "seed \(seed)")
        }
    }

    @Test("a message that is refused stops its key alone, among a thousand of one transaction")
    func refusedAmongMany() throws {
        refuseHuge()
        let teller = try teller()
        let told = (1...1000).map { Told(about: "k\($0)", text: $0 == 500 ? "huge" : "small") }
        try teller.publish(contentsOf: told, as: "teller")
        teller.run(for: .minutes(1))
        #expect(sent.count == 999)
        #expect(try teller.incidents().map(\.key) == ["k500"])
        let report = try #require(teller.runtime.channelReports.first)
        #expect(report.sending.reconnects == 0)
        #expect(report.sent.refused < 20)
    }

    @Test("a key that is stopped with a thousand messages behind it does not hold up the others")
    func manyBehind() throws {
        refuseHuge()
        let teller = try teller(batch: 50)
        let told = (0..<1000).flatMap { number in
            [
                Told(about: "hot", text: number == 0 ? "huge" : "\(number)"),
                Told(about: "k\(number)", text: "small"),
            ]
        }
        for start in stride(from: 0, to: told.count, by: 500) {
            try teller.publish(contentsOf: Array(told[start..<start + 500]), as: "teller")
        }
        teller.run(for: .minutes(1))
        #expect(sent.count == 1000)
        broker.refuse(nil)
        teller.run(for: .minutes(10))
        #expect(sent.count == 2000)
        #expect(Set(sent).count == 2000)
        let hot = broker.messages(sentTo: events).compactMap(\.envelope).filter { $0.subject == "hot" }
        let texts = try hot.map { try PayloadCoder.json.decode(Told.self, from: $0.payload.bytes).text }
        #expect(texts == ["huge"] + (1..<1000).map(String.init))
        #expect(try teller.incidents().isEmpty)
    }
}
