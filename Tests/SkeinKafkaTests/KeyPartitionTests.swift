#if Kafka
import ChildPrograms
import SkeinKafka
import SkeinTransport
import Testing

@Suite("Kafka: the partition of a key", .fewAtATime)
struct KeyPartitionTests {
    /// Keys and their hashes, as the tests of Kafka's own Java client list them for `Utils.murmur2`.
    static let vectors: [(key: String, hash: Int32)] = [
        ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ]

    @Test("is the one that Java's default producer chooses", arguments: [7, 16])
    func murmur(partitions: Int) async throws {
        let (transport, component) = (try Cluster.transport(), Cluster.name("murmur"))
        try await Cluster.makeTopic("\(component).events", partitions: partitions)
        let sender = try await transport.sender()
        try await sender.publish(Self.vectors.map { event($0.key, of: component, subject: $0.key) }, of: component)
        let source = try await transport.source(component, as: "reader")
        let messages = try await source.take(Self.vectors.count)
        for (key, hash) in Self.vectors {
            let found = messages.first { $0.id == key }
            #expect(found?.origin.partition == Int(hash & 0x7FFF_FFFF) % partitions, "\(key)")
        }
        await source.close()
        await sender.close()
    }
}
#endif
