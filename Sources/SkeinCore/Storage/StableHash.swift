/// The hash that decides partitions and shards: FNV-1a, 64 bits (offset basis 0xcbf29ce484222325, prime 0x100000001b3), over
/// the UTF-8 bytes. It is part of the storage format: the same on every machine and in every version.
public enum StableHash {
    /// How many virtual shards there are.
    public static let shards = 1024

    public static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }

    /// The partition of a subject, from 0 to `partitions` − 1.
    public static func partition(of subject: String, partitions: Int) -> Int {
        Int(hash(subject) % UInt64(partitions))
    }

    /// The virtual shard of an instance's key, from 0 to 1,023.
    public static func shard(ofKey key: String) -> Int { partition(of: key, partitions: shards) }
}
