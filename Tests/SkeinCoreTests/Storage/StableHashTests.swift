import SkeinStorage
import SkeinCore
import Testing

@Suite("The stable hash")
struct StableHashTests {
    @Test(
        "gives the published values",
        arguments: [
            ("", 0xCBF2_9CE4_8422_2325 as UInt64), ("a", 0xAF63_DC4C_8601_EC8C), ("b", 0xAF63_DF4C_8601_F1A5),
            ("foobar", 0x8594_4171_F739_67E8),
        ])
    func vectors(text: String, expected: UInt64) {
        #expect(StableHash.value(of: text) == expected)
    }

    @Test("keeps subjects where they were in every release", arguments: [("", 5), ("a", 12), ("foobar", 8)])
    func partitions(subject: String, partition: Int) {
        #expect(StableHash.partition(of: subject) == partition)
    }

    @Test("spreads keys over all shards")
    func shards() {
        let used = Set((0..<20_000).map { StableHash.shard(of: "order-\($0)") })
        #expect(used == Set(0..<StableHash.shardCount))
    }
}
