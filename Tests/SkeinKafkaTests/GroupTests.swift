#if Kafka
import ChildPrograms
import SkeinKafka
import SkeinMessages
import SkeinTransport
import Testing

@Suite("Kafka: sources that share a reader", .fewAtATime)
struct GroupTests {
    /// The mock cluster does not know static members: whoever ends is missed only when its session is over.
    private static func transport() throws -> KafkaTransport {
        try Cluster.transport {
            $0.properties["max.poll.interval.ms"] = "6000"
            $0.properties["session.timeout.ms"] = "6000"
            $0.properties["heartbeat.interval.ms"] = "200"
        }
    }

    /// Takes and acknowledges until it is told to stop.
    private func work(_ source: any TransportSource, _ ledger: Ledger, _ all: Ledger) async throws {
        do {
            while true {
                let messages = try await source.receive(limit: 20)
                await ledger.add(messages)
                await all.add(messages)
                try await source.acknowledge(messages)
            }
        } catch let error as TransportError where error.code == .closed {
            return
        }
    }

    private actor Ledger {
        private(set) var ids: [String] = []
        private(set) var partitions: Set<Int> = []
        /// In the order in which they came, by subject; repetitions left out.
        private(set) var bySubject: [String: [String]] = [:]
        private var seen: Set<String> = []

        func add(_ messages: [InboundMessage]) {
            for message in messages {
                guard let id = message.id, let subject = message.subject else { continue }
                partitions.insert(message.origin.partition)
                ids.append(id)
                if seen.insert(id).inserted { bySubject[subject, default: []].append(id) }
            }
        }

        var count: Int { seen.count }
    }

    @Test("a member that comes and one that goes lose nothing, and keys keep their order")
    func rebalance() async throws {
        let (transport, component) = (try Self.transport(), Cluster.name("group"))
        try await Cluster.makeTopic("\(component).events", partitions: 6)
        let sender = try await transport.sender()
        func batch(_ number: Int) -> [Envelope] {
            (0..<60).map { event("\(number * 60 + $0)", of: component, subject: "key-\($0 % 12)") }
        }
        let (first, second, both) = (Ledger(), Ledger(), Ledger())
        let one = try await transport.source(component, as: component, sharing: .group(member: "one"))
        async let working: Void = work(one, first, both)
        try await sender.publish(batch(0), of: component)
        try await waitUntil("the first batch") { await first.count == 60 }
        let two = try await transport.source(component, as: component, sharing: .group(member: "two"))
        async let alsoWorking: Void = work(two, second, both)
        var number = 1
        try await waitUntil("partitions for the second member") {
            // The next batch comes when the one before has arrived, so that there is no crowd.
            if await both.count == number * 60 {
                try await sender.publish(batch(number), of: component)
                number += 1
            }
            return await !second.partitions.isEmpty
        }
        let sent = number * 60
        #expect(await second.partitions.count < 6)
        try await waitUntil("everything") { await both.count == sent }
        await one.close()
        await two.close()
        try await working
        try await alsoWorking
        for key in 0..<12 {
            let subject = "key-\(key)"
            let expected = (0..<number).flatMap { batch($0) }.filter { $0.subject == subject }.map(\.id.rawValue)
            #expect(await both.bySubject[subject] == expected)
        }
        // What was acknowledged before a partition went to the other member does not come again. The mock cluster
        // throws a member out when another one comes, so there its last commit may come too late.
        guard Cluster.real != nil else { return await sender.close() }
        let repeated = await Dictionary(grouping: both.ids) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        #expect(repeated.isEmpty)
        await sender.close()
    }

    @Test("a member that has ended leaves its place to the next one of its name")
    func succession() async throws {
        let (transport, component) = (try Self.transport(), Cluster.name("heir"))
        let sender = try await transport.sender()
        let first = try await transport.source(component, as: component, from: .now, sharing: .group(member: "one"))
        try await sender.publish((0..<20).map { event("\($0)", of: component) }, of: component)
        let messages = try await first.take(20, acknowledges: false)
        try await first.acknowledge(Array(messages.prefix(12)))
        await first.close()
        let second = try await transport.source(component, as: component, from: .now, sharing: .group(member: "one"))
        #expect(try await second.take(8).compactMap(\.id) == (12..<20).map { "\($0)" })
        await second.close()
        await sender.close()
    }

    @Test("members that are closed at once do no harm")
    func atOnce() async throws {
        let (transport, component) = (try Self.transport(), Cluster.name("once"))
        for number in 0..<20 {
            let group = "\(component)-\(number)"
            let source = try await transport.source(group, as: group, sharing: .group(member: "one"))
            await source.close()
        }
    }

    @Test(
        "members that are closed while they wait for their first partitions do no harm",
        .enabled(if: Cluster.real == nil))
    func early() async throws {
        let mock = try MockBroker()
        let transport = try Cluster.transport(mock.servers)
        // Requests of the kind 14, SyncGroup, tell members their partitions. The first ones are answered in a minute.
        let count = 5
        for _ in 0..<count { try mock.obey("push 1 14 0 60000") }
        var early: [any TransportSource] = []
        for number in 0..<count {
            let name = "early-\(number)"
            early.append(try await transport.source(name, as: name, sharing: .group(member: "one")))
        }
        // A later member of a group of its own gets its partitions after the others have asked for theirs.
        let late = try await transport.source("late", as: "late", sharing: .group(member: "one"))
        let sender = try await transport.sender()
        try await sender.publish([event("1", of: "late")], of: "late")
        #expect(try await late.take(1).compactMap(\.id) == ["1"])
        for source in early + [late] { await source.close() }
        await sender.close()
    }

    @Test("a member with a full window keeps its partitions")
    func full() async throws {
        let (transport, component) = (try Self.transport(), Cluster.name("full"))
        let sender = try await transport.sender()
        try await sender.publish((0..<50).map { event("\($0)", of: component) }, of: component)
        let source = try await transport.source(
            component, as: component, sharing: .group(member: "one"), window: 5)
        var messages = try await source.take(5, acknowledges: false)
        // The window is full for as long as another reader takes to get through a few thousand messages.
        let other = try await transport.source(component, as: "other")
        for number in 0..<20 {
            try await sender.publish((0..<100).map { event("x\(number)-\($0)", of: component) }, of: component)
        }
        _ = try await other.take(2050)
        while messages.count < 50 {
            try await source.acknowledge(messages.suffix(5))
            messages += try await source.take(5, acknowledges: false)
        }
        #expect(messages.compactMap(\.id) == (0..<50).map { "\($0)" })
        for source in [source, other] { await source.close() }
        await sender.close()
    }
}
#endif
