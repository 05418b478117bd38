import Foundation
import SkeinCloudEvents
import SkeinCore
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

/// A foreign event is told from all others by its source and its id together.
@Suite("Messages with equal ids")
struct EqualIDTests {
    private let broker = MemoryBroker()
    private let events = Destination.events(of: "teller")

    @Test("of two foreign sources are two messages, however often and in which batches they come", arguments: [1, 100])
    func foreign(batch: Int) async throws {
        let shop = try processes(batch: batch)
        for source in ["/till/1", "/till/2", "/till/1", "/till/3", "/till/2"] { try await send(event(source)) }
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == ["/till/1", "/till/2", "/till/3"])
        try shop.crash("listener")
        for source in ["/till/3", "/till/2", "/till/1"] { try await send(event(source)) }
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == ["/till/1", "/till/2", "/till/3"])
        #expect(
            try shop.process(of: "listener").log().first { $0.envelope.source == "/till/1" }?.envelope.id
                == MessageID("7"))
    }

    @Test("of two sources are two also when the first is no longer in the log")
    func trimmed() async throws {
        let shop = try processes(batch: 100)
        try await send(event("/till/1"))
        shop.run(for: .minutes(1))
        try shop.tell("b", "newest")
        shop.run(for: .minutes(1))
        try shop.perform(in: "listener") { _ = try await $0.trimLog(LogRetention(messages: 1)) }
        #expect(try shop.process(of: "listener").log().allSatisfy { $0.envelope.id != MessageID("7") })
        try shop.crash("listener")
        for source in ["/till/2", "/till/1", "/till/2"] { try await send(event(source)) }
        shop.run(for: .minutes(1))
        let texts = try shop.process(of: "listener").messages(of: Told.self).map(\.text)
        #expect(texts.filter { $0.hasPrefix("/till") } == ["/till/2"], "what is trimmed is not recorded anew")
    }

    @Test("are two also where one of them was written here")
    func ours() async throws {
        let shop = try processes(batch: 100)
        try shop.perform(in: "listener") { runtime in
            _ = try await runtime.client(as: "listener").publish(Heard(about: "b", text: "here"), id: MessageID("7"))
        }
        try await send(event("/till/1"))
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == ["/till/1"])
        #expect(try shop.heard(about: "b") == ["here"])
    }

    @Test("of two foreign sources are two also when they come by two channels at once", arguments: 40..<140)
    func twoChannels(seed: UInt64) async throws {
        let other = MemoryBroker(label: "other")
        try await send(event("/till/1"))
        try await send(event("/till/2"), over: other)
        var options = Simulation.Options()
        options.seed = seed
        let (one, two) = (broker.transport(), other.transport())
        let listener = try Simulation(
            store: MemoryStore(), options: options, components: [Apart.listener],
            channels: [Channel("one", over: one), Channel("two", over: two)],
            remotes: [Remote("teller", via: "one", from: .beginning), Remote("clerk", via: "two", from: .beginning)])
        listener.run(for: .minutes(1))
        #expect(try listener.messages(of: Heard.self).map(\.text).sorted() == ["/till/1", "/till/2"])
    }

    private func processes(batch: Int) throws -> SimulatedProcesses {
        try SimulatedProcesses(
            broker: broker, of: [[Apart.teller], [Apart.listener]],
            channel: { channel, _ in channel.batches(of: batch) })
    }

    private func event(_ source: String) -> CloudEvent {
        CloudEvent(
            id: "7", source: source, type: "teller.told", subject: "a", dataContentType: "application/json",
            data: Data(#"{"about":"a","text":"\#(source)"}"#.utf8))
    }

    private func send(_ event: CloudEvent, over other: MemoryBroker? = nil) async throws {
        let events = other == nil ? events : .events(of: "clerk")
        let request = SenderRequest(channel: "shop", process: "outside")
        let sender = try await (other ?? broker).transport().openSender(request)
        let envelope = try Envelope(event, receivedAt: Timestamp(microseconds: 0))
        _ = try await sender.send(OutboundBatch([OutboundMessage(envelope, to: events)]))
        await sender.close()
    }
}
