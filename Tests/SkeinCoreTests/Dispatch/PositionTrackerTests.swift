import SkeinStorage
import Testing

@testable import SkeinCore

@Suite("A subscription's place in the log")
struct PositionTrackerTests {
    @Test("never passes what is in flight, and forgets nothing that was handled, over random orders and restarts")
    func model() {
        forAll(runs: 200) { random in
            var stored: PositionRow?
            var handled: Set<Int64> = []
            for _ in 0..<4 {
                let tracker = PositionTracker(subscription: "s", row: stored)
                var inFlight: Set<Int64> = []
                for position in (tracker.seen + 1)...(tracker.seen + Int64.random(in: 1...60, using: &random)) {
                    let isInteresting = position % 3 != 0
                    let begun = tracker.begin(position, interesting: isInteresting)
                    try #require(begun == (isInteresting && !handled.contains(position)), "begun \(position)")
                    if begun { inFlight.insert(position) }
                    guard random.chance(50), let done = inFlight.randomElement(using: &random) else { continue }
                    let row = tracker.row(completing: [done])
                    try #require(tracker.row(completing: [done]) == row, "a row changes nothing by itself")
                    tracker.complete([done])
                    inFlight.remove(done)
                    handled.insert(done)
                    stored = row
                    try #require(row == tracker.row(completing: []), "the row is what holds after the commit")
                    try check(row, handled: handled, inFlight: inFlight, seen: position)
                }
            }
        }
    }

    @Test("passes what was handled elsewhere and has not been seen")
    func passOver() {
        let row = PositionRow(subscription: "s", position: 4, completed: [6...8, 12...12])
        let tracker = PositionTracker(subscription: "s", row: row)
        #expect(tracker.begin(5, interesting: true))
        tracker.passOver([5, 7, 9, 11, 20])
        let expected: [ClosedRange<Int64>] = [6...9, 11...12, 20...20]
        #expect(tracker.row(completing: []).position == 4)
        #expect(tracker.row(completing: []).completed == expected)
        let begun = (6...21 as ClosedRange<Int64>).filter { tracker.begin($0, interesting: true) }
        #expect(begun == [10, 13, 14, 15, 16, 17, 18, 19, 21])
        tracker.complete([5] + begun)
        #expect(tracker.row(completing: []) == PositionRow(subscription: "s", position: 21))
    }

    @Test("is stored in a row that grows with what is in flight, not with what has passed a slow message")
    func bounded() {
        let tracker = PositionTracker(subscription: "s", row: nil)
        for position in Int64(1)...100_000 {
            _ = tracker.begin(position, interesting: true)
            if position != 3, position != 50_000 { tracker.complete([position]) }
        }
        let row = tracker.row(completing: [])
        #expect(row == PositionRow(subscription: "s", position: 2, completed: [4...49_999, 50_001...100_000]))
    }

    private func check(_ row: PositionRow, handled: Set<Int64>, inFlight: Set<Int64>, seen: Int64) throws {
        func covers(_ position: Int64) -> Bool {
            position <= row.position || row.completed.contains { $0.contains(position) }
        }
        for position in inFlight { try #require(!covers(position), "\(position) is in flight, and \(row) passes it") }
        for position in handled { try #require(covers(position), "\(position) is handled, and \(row) forgets it") }
        try #require(row.completed.count <= inFlight.count + 60, "ranges")
        for (left, right) in zip(row.completed, row.completed.dropFirst()) {
            try #require(left.upperBound < right.lowerBound, "the ranges ascend in \(row)")
        }
    }
}
