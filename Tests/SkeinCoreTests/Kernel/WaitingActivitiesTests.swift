import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("The activities that wait for their time")
struct WaitingActivitiesTests {
    private func row(_ instance: InstanceID, _ system: String = "", due: Int64? = 1) -> ActivityRow {
        ActivityRow(
            instance: instance, seq: 1, component: "work", name: "call", idempotencyKey: "\(instance)",
            nextAt: due.map(Timestamp.init(microseconds:)), scheduledAt: .epoch, system: system)
    }

    private func time(_ microseconds: Int64) -> Timestamp { Timestamp(microseconds: microseconds) }

    @Test("are handed out when they are due, of each outside system in turn")
    func turns() {
        var waiting = WaitingActivities(limit: 10, places: 10)
        for row in [row(1, "bank"), row(2, "bank"), row(3, "mail"), row(4, "mail", due: 9), row(5, "bank", due: nil)] {
            waiting.insert(row)
        }
        var order: [InstanceID] = []
        while let next = waiting.next(at: time(5)) { order.append(next.instance) }
        #expect(order == [1, 3, 2])
        #expect(waiting.nextDue(after: time(5)) == time(9))
    }

    @Test("towards a system that refused as many as may wait for it stay where they are, and hold up no others")
    func refused() {
        var waiting = WaitingActivities(limit: 10, places: 2)
        for instance in 1...Int64(4) { waiting.insert(row(InstanceID(rawValue: instance), "bank")) }
        waiting.insert(row(9, "mail"))
        while let id = waiting.next(at: time(5)) {
            if id.instance < 9 { waiting.refused(id, by: "bank") }
        }
        #expect(!waiting.hasDue(at: time(5)))
        #expect(waiting.nextDue(after: time(0)) == nil)
        waiting.readmitted(OperationID(instance: 1, seq: 1))
        #expect(waiting.next(at: time(5))?.instance == 3)
    }

    @Test("come all, once and in order, from a store with many more than are in memory")
    func model() {
        forAll(runs: 200) { random in
            var waiting = WaitingActivities(limit: 8, places: 100)
            let systems = ["", "bank", "mail"]
            var store = (1...60).map { number -> ActivityRow in
                row(InstanceID(rawValue: number), systems[Int(random.next() % 3)], due: Int64(random.next() % 20))
            }
            for system in systems { waiting.beginReading(system) }
            var found: [String: [DueActivity]] = [:]
            for now in 0..<20 {
                if random.next() % 3 == 0 {
                    let late = row(
                        InstanceID(rawValue: Int64(100 + now)), systems[Int(random.next() % 3)], due: Int64(now + 2))
                    store.append(late)
                    waiting.insert(late)
                }
                while true {
                    while let system = waiting.systemToRead(at: time(Int64(now))) {
                        let place = waiting.readThrough(of: system)
                        let page = store.filter { $0.system == system }
                            .compactMap { row in row.nextAt.map { (DueActivity(due: $0, id: id(of: row)), row) } }
                            .filter { isAfter($0.0.place, place) }
                            .sorted { isAfter($1.0.place, $0.0.place) }.prefix(waiting.page).map(\.1)
                        waiting.extend(system, with: page, isComplete: page.count < waiting.page)
                    }
                    guard let next = waiting.next(at: time(Int64(now))) else { break }
                    let index = store.firstIndex { id(of: $0) == next }
                    guard let index else { return #expect(Bool(false), "\(next) came twice") }
                    let taken = store.remove(at: index)
                    let due = taken.nextAt ?? .epoch
                    #expect(due <= time(Int64(now)))
                    found[taken.system, default: []].append(DueActivity(due: due, id: next))
                }
            }
            #expect(store.allSatisfy { $0.nextAt.map { $0 >= time(20) } ?? true })
            for activities in found.values {
                #expect(zip(activities, activities.dropFirst()).allSatisfy { $0.due <= $1.due })
            }
        }
    }

    private func id(of row: ActivityRow) -> OperationID { OperationID(instance: row.instance, seq: row.seq) }

    private func isAfter(_ left: DueCursor, _ right: DueCursor) -> Bool {
        (left.due, left.instance, left.seq) > (right.due, right.instance, right.seq)
    }
}
