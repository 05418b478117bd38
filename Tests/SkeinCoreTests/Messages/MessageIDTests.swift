import Foundation
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("Message ids")
struct MessageIDTests {
    @Test("are UUIDs of version 7, as in the example of RFC 9562, appendix A.6")
    func example() throws {
        let time = try Timestamp(rfc3339: "2022-02-22T19:22:22.000Z")
        let id = MessageID(time: time, random: (0xCC3, 0x18C4_DC0C_0C07_398F))
        #expect(id.rawValue == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(UUID(uuidString: id.rawValue) != nil)
    }

    @Test("have the version and variant bits whatever the randomness")
    func fixedBits() {
        let low = MessageID(time: .epoch, random: (0, 0)).rawValue
        let high = MessageID(time: .epoch, random: (.max, .max)).rawValue
        #expect(low == "00000000-0000-7000-8000-000000000000")
        #expect(high == "00000000-0000-7fff-bfff-ffffffffffff")
    }

    @Test("sort as text in the order of their milliseconds")
    func order() {
        forAll { random in
            let first = Timestamp(microseconds: Int64.random(in: 0..<200_000_000_000_000_000, using: &random))
            let later = first.advanced(by: .milliseconds(Int.random(in: 1..<10_000_000, using: &random)))
            let ids = [first, later].map { MessageID(time: $0, random: (random.next(), random.next())).rawValue }
            try #require(ids[0] < ids[1])
        }
    }

    @Test("of messages that follow from another carry its time, if its id has one")
    func chain() throws {
        let bits: (UInt64, UInt64) = (0x0123_4567_89ab_cdef, 0x0123_4567_89ab_cdef)
        let first = MessageID(time: try Timestamp(rfc3339: "2022-02-22T19:22:22.000Z"), random: (1, 2))
        #expect(MessageID(in: first, bits).rawValue == "017f22e2-79b0-7def-8123-456789abcdef")
        for text in ["order 1", "c232ab00-9414-11ec-b3c8-9f6bdeced846", "017f22e2-79b0-7cc3", ""] {
            #expect(MessageID(in: MessageID(text), bits).rawValue == "01234567-89ab-8def-8123-456789abcdef")
        }
    }

    @Test("of others are any text")
    func foreign() throws {
        let id = MessageID("A234-1234 €")
        #expect(try JSONDecoder().decode([MessageID].self, from: JSONEncoder().encode([id])) == [id])
    }
}
