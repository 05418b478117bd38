#if Kafka
import ChildPrograms
import SkeinKafka
import SkeinTesting
import SkeinTransport
import Testing

@Suite("Kafka: the conformance of the transport", .fewAtATime)
struct ConformanceTests {
    private static let checks = TransportConformance.checks.filter { !stopsBroker($0) && !needsRealBroker($0) }

    /// The mock cluster has no transactions that can be read back or that fence, and no offsets by time. It knows no
    /// static members, so that the others of a group wait for the end of a session.
    private static func needsRealBroker(_ check: TransportConformance.Check) -> Bool {
        !check.needs.isDisjoint(with: [.transactions, .sharedReaders, .replayFromTime])
    }

    /// The check that needs a broker that is away.
    private static func stopsBroker(_ check: TransportConformance.Check) -> Bool { check.point == 6 }

    /// The checks that need a broker which ends and begins again on its data.
    private static func restartsBroker(_ check: TransportConformance.Check) -> Bool {
        check.name.hasSuffix("the death of the broker")
    }

    @Test("keeps the contract", arguments: checks.filter { !restartsBroker($0) })
    func contract(check: TransportConformance.Check) async throws {
        #expect(try await check.run(on: Self.adapter) == Self.leftOut[check.description] ?? .checked)
    }

    /// The checks that say nothing of Kafka, and why.
    private static let leftOut: [String: TransportConformance.Outcome] = [
        "8: what is handed back comes again": .leftOut(reason: "the features lack 'negativeAcknowledgement'"),
        "15: a connection for what the features do not name is refused":
            .leftOut(reason: "the features name all that a connection can ask for"),
    ]

    @Test(
        "keeps the contract in what the mock cluster cannot show",
        .enabled(
            if: Cluster.real != nil,
            "the mock cluster has no transactions to read back, no offsets by time and no static members"),
        arguments: TransportConformance.checks.filter(needsRealBroker))
    func realBroker(check: TransportConformance.Check) async throws {
        #expect(try await check.run(on: Self.adapter) == .checked)
    }

    // The mock has its log in memory only, so that its process cannot be killed: nothing here shows what a disk keeps.
    @Test(
        "keeps the contract over brokers that cut all connections and come back with what they had",
        arguments: TransportConformance.checks.filter(restartsBroker))
    func restart(check: TransportConformance.Check) async throws {
        let mock = try MockBroker()
        var adapter = Self.adapter
        adapter.make = { try Cluster.transport(mock.servers) }
        adapter.restartBroker = {
            try mock.obey("down -1")
            try mock.obey("up -1")
        }
        #expect(try await check.run(on: adapter) == .checked)
    }

    @Test(
        "keeps the contract while no broker can be reached", arguments: TransportConformance.checks.filter(stopsBroker))
    func away(check: TransportConformance.Check) async throws {
        let mock = try MockBroker()
        var adapter = Self.adapter
        adapter.make = { try Cluster.transport(mock.servers) { $0.connectTimeout = .seconds(5) } }
        adapter.withoutBroker = { body in
            try mock.obey("down -1")
            try await body()
            try mock.obey("up -1")
        }
        #expect(try await check.run(on: adapter) == .checked)
    }

    private static let adapter = TransportConformance(
        make: { try Cluster.transport() },
        sendUnreadable: { destination, key, body in
            let topic = KafkaTopics.perComponent(destination)
            try RecordWriter.send(Array(body), key: key, to: topic, servers: try Cluster.servers)
        },
        broken: {
            let login = KafkaSecurity.Login(.plain, user: "payment", password: TransportConformance.password)
            let closed = KafkaTransport.kafka("127.0.0.1:1") {
                $0.connectTimeout = .milliseconds(500)
                $0.security.login = login
            }
            return [(closed, .disconnected)]
        }, patience: .patience)
}
#endif
