import SkeinCore
import Testing

@testable import SkeinCore

@Suite("The place of a relay, as a broker keeps it")
struct RelayPlaceTests {
    private let id = MessageID("told-1")

    @Test("is short, and read as it was written")
    func text() throws {
        let place = RelayPlace(Set(4711...4720).union([4722]), witness: 4722, id: id)
        #expect(place.text.hasPrefix("4722:"))
        #expect(place.text.hasSuffix(";4711-9,2"))
        let read = try #require(RelayPlace(place.text))
        #expect(read == place)
        #expect(read.positions == Array(4711...4720) + [4722])
    }

    @Test("is the same after writing and reading, for any positions")
    func roundTrip() {
        forAll(runs: 200) { random in
            let count = Int.random(in: 1...300, using: &random)
            let positions = Set((0..<count).map { _ in Int64.random(in: 1...2000, using: &random) })
            let place = RelayPlace(positions, witness: positions.max() ?? 1, id: id)
            let read = try #require(RelayPlace(place.text))
            try #require(read == place)
            try #require(read.positions == positions.sorted())
        }
    }

    @Test(
        "is not read from any other text",
        arguments: [
            "", "4711", "4711;", "4711;4713-4720", "1:ab;", "1:ab;0", "1:ab;-1", "1:ab;5-", "1:ab;5-x", "1:ab;5,,6",
            "1:ab;5-1-1", ":ab;5", "1:ab;5;6", "1:ab;9223372036854775807,5", "1:ab;1-99999999999",
        ])
    func malformed(text: String) {
        #expect(RelayPlace(text) == nil)
    }
}
