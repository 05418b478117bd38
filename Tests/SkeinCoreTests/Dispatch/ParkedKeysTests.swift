import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("Parked keys in memory")
struct ParkedKeysTests {
    private func time(_ number: Int) -> Timestamp { Timestamp(microseconds: Int64(number)) }

    private func row(_ key: String, due: Timestamp?, state: ParkedRow.State = .retrying) -> ParkedRow {
        ParkedRow(subscription: "s", key: key, position: 1, state: state, nextAt: due, at: .epoch)
    }

    @Test("are all known while they fit, those without a time too, and come in the order of their times")
    func complete() {
        var keys = ParkedKeys(limit: 4)
        keys.restart(with: [
            row("a", due: nil, state: .incident), row("b", due: time(20)), row("c", due: time(10)),
        ])
        #expect(keys.isComplete && keys.contains("a") && keys.placeToRead(at: time(99)) == nil)
        keys.insert("d", due: time(15))
        #expect(keys.nextDue() == time(10) && keys.takeDue(at: time(9)) == nil)
        #expect(keys.takeDue(at: time(12)) == "c" && keys.takeDue(at: time(12)) == nil && !keys.contains("c"))
        keys.insert("b", due: time(5))
        #expect(keys.takeDue(at: time(99)) == "b" && keys.takeDue(at: time(99)) == "d")
        #expect(keys.takeDue(at: time(99)) == nil && keys.nextDue() == nil && keys.count == 1)
        keys.remove("a")
        #expect(keys.count == 0 && keys.isComplete)
    }

    @Test("are the earlier ones when there are too many; the others are read when their time comes")
    func tooMany() {
        var keys = ParkedKeys(limit: 4)
        for number in 1...4 { keys.insert("k\(number)", due: time(number * 10)) }
        keys.insert("incident", due: nil)
        #expect(!keys.isComplete && keys.count == 2 && !keys.contains("incident") && !keys.contains("k3"))
        #expect(keys.readThrough == ParkedDueCursor(due: time(20), key: "k2"))
        keys.insert("k9", due: time(30))
        keys.insert("early", due: time(5))
        #expect(keys.count == 3, "the store has the later one")
        #expect(["early", "k1", "k2"].allSatisfy { keys.takeDue(at: time(99)) == $0 })
        #expect(keys.nextDue() == time(20))
        let place = keys.placeToRead(at: time(20))
        #expect(place == ParkedDueCursor(due: time(20), key: "k2"))
        keys.extend(with: [row("k3", due: time(30)), row("k9", due: time(30)), row("k3", due: time(31))], isLast: true)
        #expect(keys.placeToRead(at: time(99)) == nil && keys.count == 2)
        #expect(keys.takeDue(at: time(30)) == "k3" && keys.takeDue(at: time(30)) == "k9")
    }

    @Test("ask for the store again when as many have become free as fit into memory")
    func completeAgain() {
        var keys = ParkedKeys(limit: 2)
        keys.restart(with: (1...3).map { row("k\($0)", due: time($0)) })
        #expect(!keys.isComplete && keys.count == 0 && keys.placeToRead(at: time(1)) == .start)
        #expect(!keys.free("k1") && keys.free("k2"))
        keys.restart(with: [row("k3", due: time(3))])
        #expect(keys.isComplete && keys.contains("k3") && !keys.free("k3"))
    }

    @Test("miss no key and keep their limit, whatever comes and goes", arguments: 1...20)
    func random(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func draw(_ below: Int) -> Int { Int(random.next() % UInt64(below)) }
        let limit = 1 + draw(6)
        var (keys, model, now) = (ParkedKeys(limit: limit), [String: Timestamp?](), 0)
        for _ in 0..<400 {
            let key = "k\(draw(30))"
            switch draw(4) {
            case 0, 1:
                keys.remove(key)
                let due = draw(5) == 0 ? nil : time(now + draw(20))
                model[key] = due
                keys.insert(key, due: due)
            case 2:
                model.removeValue(forKey: key)
                if keys.free(key) { keys.restart(with: heads(model, limit + 1)) }
            default:
                now += draw(10)
                let due = model.compactMap { key, due in due.flatMap { $0 <= time(now) ? key : nil } }
                var taken: Set<String> = []
                while let key = next(&keys, model, at: time(now)) {
                    #expect(taken.insert(key).inserted)
                    model.removeValue(forKey: key)
                }
                #expect(taken == Set(due), "seed \(seed)")
            }
            #expect(keys.count <= limit)
            #expect(!keys.isComplete || Set(model.keys).allSatisfy(keys.contains), "seed \(seed)")
        }
    }

    private func heads(_ model: [String: Timestamp?], _ limit: Int) -> [ParkedRow] {
        model.keys.sorted().prefix(limit).map { key in
            let due = model[key].flatMap(\.self)
            return row(key, due: due, state: due == nil ? .incident : .retrying)
        }
    }

    private func next(_ keys: inout ParkedKeys, _ model: [String: Timestamp?], at now: Timestamp) -> String? {
        while true {
            if let key = keys.takeDue(at: now) { return key }
            guard let place = keys.placeToRead(at: now) else { return nil }
            let later = model.compactMap { key, due in due.map { (due: $0, key: key) } }
                .filter { ($0.due, $0.key) > (place.due, place.key) }.sorted { ($0.due, $0.key) < ($1.due, $1.key) }
            let page = later.prefix(3)
            keys.extend(with: page.map { row($0.key, due: $0.due) }, isLast: page.count < 3)
        }
    }
}
