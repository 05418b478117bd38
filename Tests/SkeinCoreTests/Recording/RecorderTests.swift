import Foundation
import SkeinCloudEvents
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("What a request brings into the log")
struct RecorderTests {
    private let broker = MemoryBroker()

    private func envelope(_ id: String, source: String = "/till", text: String = "hello") throws -> Envelope {
        let event = CloudEvent(
            id: id, source: source, type: "teller.told", subject: "a", dataContentType: "application/json",
            data: Data(#"{"about":"a","text":"\#(text)"}"#.utf8))
        return try Envelope(event, receivedAt: .epoch)
    }

    @Test("leaves by the channels, as what is written here, and what a channel has brought does not")
    func forwarded() throws {
        let shop = try Apart.processes(broker)
        let envelope = try envelope("7")
        try shop.perform(in: "teller") { _ = try await Recorder($0).record([envelope], from: "till") }
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == ["hello"])
        let record = try #require(try shop.process(of: "teller").log().first { $0.envelope.id == MessageID("7") })
        #expect(record.origin == ChannelOrigin(channel: "http", topic: "till"))
        #expect(broker.messages(sentTo: .events(of: "teller")).count == 1)
    }

    @Test("is recorded once, told by source and id, also behind the trimmed part of the log")
    func once() throws {
        let shop = try Apart.processes(broker)
        let (first, other) = (try envelope("7"), try envelope("7", source: "/door", text: "other"))
        try shop.perform(in: "teller") { runtime in
            let recorder = Recorder(runtime)
            let recording = try await recorder.record([first, first, other], from: "till")
            #expect(recording.recorded == 2 && recording.repeated == 1)
            #expect(try await recorder.record([other, first], from: "till").repeated == 2)
        }
        shop.run(for: .minutes(1))
        try shop.tell("b", "newest")
        shop.run(for: .minutes(1))
        try shop.perform(in: "teller") { _ = try await $0.trimLog(LogRetention(messages: 1)) }
        try shop.crash("teller")
        try shop.perform(in: "teller") { runtime in
            let recording = try await Recorder(runtime).record([first, other], from: "till")
            #expect(recording.recorded == 0 && recording.repeated == 2)
        }
        #expect(try shop.heard(about: "a").sorted() == ["hello", "other"])
    }

    @Test("is recorded once when the process dies at any commit and it is brought again", arguments: UInt64(1)...20)
    func crashes(seed: UInt64) throws {
        var options = Simulation.Options()
        (options.seed, options.crashesAtEveryCommit) = (seed, true)
        let simulation = try Simulation(store: MemoryStore(), options: options, components: [Apart.teller])
        for round in 0..<5 {
            let batch = try (1...3).map { try envelope("\(round)/\($0)") }
            try simulation.perform { _ = try await Recorder($0).record(batch, from: "till") }
        }
        let ids = try simulation.log().filter { $0.envelope.source == "/till" }.map(\.envelope.id.rawValue)
        #expect(ids == (0..<5).flatMap { round in (1...3).map { "\(round)/\($0)" } })
        #expect(simulation.crashes > 0)
    }
}
