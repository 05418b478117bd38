import SkeinCore
import SkeinTesting
import SkeinTransport
import Testing

@Suite("A message that may have been sent before")
struct RepetitionMarkTests {
    @Test("is marked after a restart, also where the broker refuses an earlier one of another key", arguments: 1...40)
    func marked(seed: UInt64) throws {
        let broker = MemoryBroker()
        var options = Simulation.Options()
        options.seed = seed
        let processes = try SimulatedProcesses(
            broker: broker, options: options, of: [[Apart.teller], [Apart.listener]],
            channel: { channel, _ in channel.batches(of: 1) })
        broker.refuse { $0.envelope.subject == "a" ? TransportError(.broker, "not yet") : nil }
        processes.kills = 0.05
        for about in ["a", "b"] { try processes.publish(Told(about: about, text: "it"), as: "teller") }
        processes.run(for: .seconds(10))
        let stored = broker.messages(sentTo: .events(of: "teller")).filter { $0.envelope?.subject == "b" }
        #expect(!stored.isEmpty)
        #expect(stored.dropFirst().allSatisfy { $0.isRepeated })
    }
}
