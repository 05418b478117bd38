#if Kafka
import ChildPrograms
import SkeinKafka
import SkeinTransport
import Testing

@Suite("Kafka: readers of partitions that stand still", .fewAtATime)
struct StandstillTests {
    /// A broker that tells the ends and never gives the messages is what a client sees that asks the wrong one.
    @Test(
        "a partition that stands still ends the source with its name, and the next source goes on",
        .enabled(if: Cluster.real == nil), arguments: [.alone, .group(member: "one")] as [SourceRequest.Sharing])
    func found(sharing: SourceRequest.Sharing) async throws {
        let mock = try MockBroker()
        try mock.obey("topic still.events 1")
        let transport = try Cluster.transport(mock.servers) {
            $0.standstillPatience = .milliseconds(500)
            // The mock cluster does not know static members: the first source is missed when its session is over.
            $0.properties["max.poll.interval.ms"] = "6000"
            $0.properties["session.timeout.ms"] = "6000"
        }
        let sender = try await transport.sender()
        try await sender.publish([event("1", of: "still")], of: "still")
        // Fetch: not the leader, again and again.
        try mock.obey("errors 1" + String(repeating: " 6", count: 10_000))
        let first = try await transport.source("still", as: "reader", sharing: sharing)
        let error = try await failure { _ = try await first.receive(limit: 1) }
        #expect(error.isTransient)
        #expect(error.message.contains("still.events [0]") && error.message.contains(mock.servers), "\(error)")
        await first.close()
        try mock.obey("clear 1")
        let second = try await transport.source("still", as: "reader", sharing: sharing)
        #expect(try await second.take(1).compactMap(\.id) == ["1"])
        await second.close()
        await sender.close()
    }

    @Test("the place of a reader to which nothing comes is told to Kafka again and again, which would forget it")
    func renewed() async throws {
        let component = Cluster.name("renewed")
        try await Cluster.makeTopic("\(component).events", partitions: 1)
        let transport = try Cluster.transport { $0.commitRenewal = .milliseconds(50) }
        let source = try await transport.source(component, as: component, from: .now)
        let sender = try await transport.sender()
        try await sender.publish(["0", "1"].map { event($0, of: component) }, of: component)
        // As if Kafka had forgotten the place, and had another one instead.
        try OffsetWriter.commit("", topic: "\(component).events", group: component, servers: try Cluster.servers)
        let rare = try Cluster.transport()
        try await waitUntil("the place of the first source") {
            let other = try await rare.source(component, as: component, from: .now)
            let first = try await other.take(1, acknowledges: false).first?.id
            await other.close()
            return first == "0"
        }
        await sender.close()
        await source.close()
    }

    /// The mock cluster writes no markers of transactions; a real one ends the partition with them.
    @Test(
        "partitions that are empty or end with a transaction are idle, and the source goes on",
        arguments: [.alone, .group(member: "one")] as [SourceRequest.Sharing])
    func idle(sharing: SourceRequest.Sharing) async throws {
        let component = Cluster.name("idle")
        // Answers that come late give the checks time.
        let mock = Cluster.real == nil ? try MockBroker() : nil
        for command in ["topic \(component).events 6", "rtt -1 50"] { try mock?.obey(command) }
        let transport = try Cluster.transport(mock?.servers) { $0.standstillPatience = .seconds(1) }
        let transactional = try await transport.sender(transactionalID: component)
        try await transactional.publish([event("in", of: component, subject: "transaction")], of: component, place: "1")
        let source = try await transport.source(component, as: component, sharing: sharing)
        #expect(try await source.take(1).compactMap(\.id) == ["in"])
        let sender = try await transport.sender()
        for id in (0..<10).map({ "\($0)" }) {
            try await sender.publish([event(id, of: component, subject: "busy")], of: component)
            #expect(try await source.take(1).compactMap(\.id) == [id])
        }
        for each in [transactional, sender] { await each.close() }
        await source.close()
    }
}
#endif
