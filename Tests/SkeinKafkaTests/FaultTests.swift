#if Kafka
import ChildPrograms
import SkeinKafka
import SkeinMessages
import SkeinTransport
import Testing

/// What the mock cluster can do to a client: nothing is lost, and keys keep their order.
@Suite("Kafka: faults of brokers", .fewAtATime, .enabled(if: Cluster.real == nil))
struct FaultTests {
    private static let component = "fault"

    /// Sends while faults happen, and checks what arrives.
    ///
    /// - Parameter batch: how many messages are sent at once. One, where a request may be lost or refused: a broker
    ///   refuses the next request of the connection then, because its sequence numbers leave a gap; the mock takes it.
    private func run(_ faults: [String], batch: Int = 30) async throws {
        let mock = try MockBroker(brokers: 3)
        try mock.obey("topic \(Self.component).events 4")
        let transport = try Cluster.transport(mock.servers) { $0.standstillPatience = .seconds(3) }
        let source = try await transport.source(Self.component, as: "reader", window: 50)
        let sender = try await transport.sender()
        let events = (0..<300).map { event("\($0)", of: Self.component, subject: "key-\($0 % 11)") }
        // A sender that fails ends the reading too.
        async let reading = read(events.count, from: source, over: transport)
        for start in stride(from: 0, to: events.count, by: 30) {
            let index = start / 30
            if faults.indices.contains(index) { try mock.obey(faults[index]) }
            for first in stride(from: start, to: start + 30, by: batch) {
                try await sender.publish(Array(events[first..<first + batch]), of: Self.component)
            }
        }
        let seen = try await reading
        for key in 0..<11 {
            let expected = events.filter { $0.subject == "key-\(key)" }.map(\.id.rawValue)
            let members = Set(expected)
            #expect(seen.filter(members.contains) == expected)
        }
        await sender.close()
    }

    /// What was read: ids of messages, each once, since a broker may have taken a message and not said so, and has it
    /// twice then.
    private struct Reading {
        var seen: [String] = []
        private var ids: Set<String> = []

        mutating func take(_ count: Int, from source: any TransportSource) async throws {
            while seen.count < count {
                for message in try await source.take(1) {
                    guard let id = message.id, ids.insert(id).inserted else { continue }
                    seen.append(id)
                }
            }
        }
    }

    /// Where a source fails, another one goes on, as in a runtime.
    private func read(
        _ count: Int, from first: any TransportSource, over transport: KafkaTransport
    ) async throws -> [String] {
        var reading = Reading()
        var opened: (any TransportSource)? = first
        while reading.seen.count < count {
            do {
                let source =
                    if let opened { opened } else {
                        try await transport.source(Self.component, as: "reader", window: 50)
                    }
                opened = nil
                do {
                    try await reading.take(count, from: source)
                } catch {
                    await source.close()
                    throw error
                }
                await source.close()
            } catch let error as TransportError where error.isTransient {
                continue
            }
        }
        return reading.seen
    }

    @Test("a broker that is away for a while loses nothing")
    func downAndUp() async throws {
        let leaders = (0..<4).map { "leader fault.events \($0) 2" }
        try await run(leaders + ["down 1", "up 1", "down 3", "up 3"])
    }

    @Test("a connection that breaks while messages are underway loses nothing")
    func cut() async throws {
        try await run(["errors 0 -195 -195", "errors 1 -195", "errors 0 -195", "errors 1 -195"], batch: 1)
    }

    @Test("leaders that move lose nothing")
    func leaders() async throws {
        try await run((0..<8).map { "leader fault.events \($0 % 4) \($0 % 3 + 1)" })
    }

    @Test("brokers that answer late lose nothing")
    func slow() async throws { try await run(["rtt -1 60", "rtt 1 200", "rtt -1 0"]) }

    @Test(
        "errors that pass lose nothing",
        arguments: [
            // Produce: not the leader, not enough replicas, storage, request timed out.
            "errors 0 6 19 56 7",
            // Fetch: not the leader, unknown leader epoch, storage.
            "errors 1 6 74 56",
            // Metadata: the leader is not available.
            "errors 3 5 5",
            // Commits of offsets: coordinator loading, not the coordinator.
            "errors 8 14 16 15",
        ])
    func errors(command: String) async throws {
        try await run([command, command, command], batch: command.hasPrefix("errors 0 ") ? 1 : 30)
    }
}
#endif
