/// A 128-bit digest that is the same on every machine and in every release, for ids that are stored and must come out
/// the same when work is repeated.
///
/// It is SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, and its
/// reference implementation for the longer output) under a fixed key. It is not secure: somebody who chooses the input
/// can make two inputs with the same digest.
struct StableDigest: Sendable {
    private var (v0, v1, v2, v3): (UInt64, UInt64, UInt64, UInt64)
    /// The bytes that do not fill a word yet.
    private var tail: UInt64 = 0
    private var count: UInt64 = 0

    init(key: (UInt64, UInt64) = (0, 0)) {
        v0 = key.0 ^ 0x736f_6d65_7073_6575
        v1 = key.1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key.0 ^ 0x6c79_6765_6e65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    /// Adds the length of a text and the text, so that "a", "bc" and "ab", "c" differ.
    mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(byte: byte) }
    }

    mutating func add(_ number: UInt64) {
        for shift in 0..<8 { add(byte: UInt8(truncatingIfNeeded: number >> UInt64(shift * 8))) }
    }

    mutating func add(byte: UInt8) {
        tail |= UInt64(byte) << (8 * (count & 7))
        count &+= 1
        if count & 7 == 0 {
            mix(tail)
            tail = 0
        }
    }

    /// The digest of everything added so far.
    var value: (high: UInt64, low: UInt64) {
        var end = self
        end.mix(tail | count << 56)
        end.v2 ^= 0xee
        for _ in 0..<4 { end.round() }
        let high = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
        end.v1 ^= 0xdd
        for _ in 0..<4 { end.round() }
        return (high, end.v0 ^ end.v1 ^ end.v2 ^ end.v3)
    }

    private mutating func mix(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    private mutating func round() {
        v0 = v0 &+ v1
        v1 = Self.rotate(v1, 13) ^ v0
        v0 = Self.rotate(v0, 32)
        v2 = v2 &+ v3
        v3 = Self.rotate(v3, 16) ^ v2
        v0 = v0 &+ v3
        v3 = Self.rotate(v3, 21) ^ v0
        v2 = v2 &+ v1
        v1 = Self.rotate(v1, 17) ^ v2
        v2 = Self.rotate(v2, 32)
    }

    private static func rotate(_ word: UInt64, _ by: UInt64) -> UInt64 { word << by | word >> (64 - by) }
}
