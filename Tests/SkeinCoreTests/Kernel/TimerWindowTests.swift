import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("A window on the timers of a store")
struct TimerWindowTests {
    private func row(_ due: Int64, _ instance: Int64) -> TimerRow {
        TimerRow(
            due: Timestamp(microseconds: due), instance: InstanceID(rawValue: instance), seq: 1, component: "work",
            purpose: "sleep")
    }

    private func isEarlier(_ left: TimerRow, _ right: TimerRow) -> Bool {
        (left.due, left.instance) < (right.due, right.instance)
    }

    /// Takes out what is due as a kernel does: in pieces, and from the store where the window asks for it.
    private func fire(_ window: inout TimerWindow, _ store: inout [TimerRow], at now: Timestamp) -> [TimerRow] {
        var fired: [TimerRow] = []
        while true {
            let isRead = window.needsReading(at: now)
            if isRead {
                let rows = store.filter { row in
                    let cursor = window.readThrough
                    return (row.due, row.instance, row.seq) > (cursor.due, cursor.instance, cursor.seq)
                }.sorted(by: isEarlier).prefix(4)
                window.extend(with: Array(rows), isComplete: rows.count < 4)
            }
            let due = window.takeDue(at: now, limit: 3)
            fired += due
            store.removeAll(where: due.contains)
            if due.isEmpty, !isRead { return fired }
        }
    }

    @Test("fires every timer once, in order, whatever is set and withdrawn meanwhile and however little fits")
    func model() {
        forAll(runs: 300) { random in
            var window = TimerWindow(limit: 8)
            var store: [TimerRow] = []
            var now: Int64 = 0
            // With few times, many timers are due at the same one, in an order unlike that of their instances.
            let times = Int64.random(in: 1...100, using: &random)
            for instance in (1...Int64(200)).shuffled(using: &random) {
                switch Int.random(in: 0..<10, using: &random) {
                case 0:
                    guard let row = store.randomElement(using: &random) else { continue }
                    store.removeAll { $0 == row }
                    window.remove(row)
                case 1, 2:
                    now += Int64.random(in: 0...(times + 1) / 2, using: &random)
                    let expected = store.filter { $0.due.microseconds <= now }.sorted(by: isEarlier)
                    let fired = fire(&window, &store, at: Timestamp(microseconds: now))
                    try #require(fired == expected, "at \(now)")
                default:
                    let row = row(now + Int64.random(in: 1...times, using: &random), instance)
                    store.append(row)
                    window.insert(row)
                }
                let next = store.map(\.due).min()
                if let next { try #require(window.nextDue.map { $0 <= next } ?? false, "nothing is slept through") }
            }
        }
    }

    @Test("keeps no more of them than twice its limit, also where all are due at one time")
    func bounded() {
        var window = TimerWindow(limit: 10)
        for number in (1...Int64(500)).reversed() { window.insert(row(number, number)) }
        var copy = window
        let kept = copy.takeDue(at: Timestamp(microseconds: .max), limit: 1000)
        #expect((5...20).contains(kept.count))
        #expect(kept.map(\.instance.rawValue) == Array(1...Int64(kept.count)), "the earliest ones")
        for number in Int64(1000)...1500 { window.insert(row(1, number)) }
        let first = window.takeDue(at: Timestamp(microseconds: 1), limit: 1000)
        #expect((5...20).contains(first.count))
        #expect(first.map(\.instance.rawValue) == [1] + Array(1000..<999 + Int64(first.count)), "the earliest ones")
        #expect(window.needsReading(at: Timestamp(microseconds: 1)))
    }
}
