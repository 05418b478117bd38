import SkeinMessages

/// A specified hash, equal on every machine and in every release, for choices that are stored.
///
/// FNV-1a, 64 bits (draft-eastlake-fnv, section 2), over the UTF-8 bytes. Swift's own `Hasher` is seeded per process
/// and must never decide where something is stored.
public enum StableHash {
    /// Into how many partitions the embedded log divides a topic.
    public static let partitionCount = 16
    /// Over how many virtual shards instances are spread.
    public static let shardCount = 1024

    /// The hash of a text: `cbf29ce484222325` for the empty one, `85944171f73967e8` for `foobar`.
    public static func value(of text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }

    /// The partition that keeps the order of a subject, 0 to 15.
    public static func partition(of subject: String) -> Int { Int(value(of: subject) % UInt64(partitionCount)) }

    /// The virtual shard of an instance's key, 0 to 1,023.
    public static func shard(of key: String) -> Int { Int(value(of: key) % UInt64(shardCount)) }
}
