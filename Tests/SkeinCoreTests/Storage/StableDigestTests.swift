import Testing

@testable import SkeinCore

@Suite("The stable digest")
struct StableDigestTests {
    private func text(_ digest: StableDigest) -> String {
        // The reference prints the bytes of each word, lowest first.
        [digest.value.high, digest.value.low].map { word in
            (0..<8).map { index in
                let byte = String(UInt8(truncatingIfNeeded: word >> UInt64(index * 8)), radix: 16)
                return byte.count == 1 ? "0" + byte : byte
            }.joined()
        }.joined()
    }

    @Test("gives the first value that its reference publishes")
    func reference() {
        let digest = StableDigest(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        #expect(text(digest) == "a3817f04ba25a8e66df67214c7550293")
    }

    @Test("stays the same in every release, for input of any length")
    func stays() {
        var digest = StableDigest()
        for input in ["", "a", "handler", "1234567", "12345678", "order/ä€"] { digest.add(input) }
        digest.add(42)
        #expect(text(digest) == "a0f5e0f9b41ffce5bc2e11052f300c91")
    }

    @Test("tells texts apart whose concatenations are equal")
    func boundaries() {
        func value(_ texts: String...) -> String {
            var digest = StableDigest()
            for input in texts { digest.add(input) }
            return text(digest)
        }
        let all = [value("ab", "c"), value("a", "bc"), value("abc"), value("abc", ""), value("", "abc")]
        #expect(Set(all).count == all.count)
    }
}
