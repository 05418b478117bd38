import Testing

@testable import SkeinCore

@Suite("Random numbers of the system")
struct SystemRandomTests {
    @Test("never come twice, also when many threads draw them at once")
    func distinct() async {
        let seen = await withTaskGroup(of: [UInt64].self, returning: Set<UInt64>.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<1000).map { _ in SystemRandom.shared.draw() } }
            }
            return await group.reduce(into: []) { $0.formUnion($1) }
        }
        #expect(seen.count == 8000)
    }

    @Test("have each bit set about half of the time")
    func uniform() {
        var counts = [Int](repeating: 0, count: 64)
        for _ in 0..<4096 {
            let number = SystemRandom.shared.draw()
            for bit in 0..<64 where number >> bit & 1 == 1 { counts[bit] += 1 }
        }
        // 2048 each on average, with a standard deviation of 32.
        #expect(counts.allSatisfy { (1700...2400).contains($0) })
    }
}
