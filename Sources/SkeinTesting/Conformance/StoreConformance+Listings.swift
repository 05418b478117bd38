import SkeinStorage
import SkeinCore

extension StoreConformance {
    /// Point 8: limits, order and cursors of every listing, and that components do not see each other.
    static let listingChecks: [Check] = instanceListings + parkedListings

    private static let instanceListings: [Check] = [
        Check(8, "instances are listed by component and status in pages") { adapter in
            let store = try adapter.make()
            let rows = (1...9).map {
                Samples.instance(InstanceID(rawValue: $0), status: $0 % 3 == 0 ? .suspended : .running)
            }
            try store.commit([], rows.reversed().map { .putInstance($0) })
            try store.commit([], [.putInstance(Samples.instance(10, component: "pay"))])
            let reader = try store.makeReader()
            func page(_ status: InstanceStatus, after id: InstanceID) throws -> [InstanceID] {
                try reader.instances(component: "payment", status: status, after: id, limit: 4).map(\.id)
            }
            try expectEqual(try page(.running, after: 0), [1, 2, 4, 5], "the first page")
            try expectEqual(try page(.running, after: 5), [7, 8], "the last page")
            try expectEqual(try page(.suspended, after: 3), [6, 9], "the suspended ones")
            try expectEqual(try page(.completed, after: 0), [], "the completed ones")
        },
        Check(8, "waits are found by type, key and position, in pages") { adapter in
            let store = try adapter.make()
            let rows = [
                Samples.wait(3), Samples.wait(1, 2), Samples.wait(1, 1), Samples.wait(2, after: 9),
                Samples.wait(4, key: "x"),
                Samples.wait(5, type: "card.failed"), Samples.wait(6, component: "pay"),
            ]
            try store.commit([], rows.map { .putWait($0) })
            let reader = try store.makeReader()
            func page(_ position: Int64, after cursor: OperationID, limit: Int) throws -> [[Int64]] {
                try reader.waits(
                    component: "payment", type: "card.charged", key: "4711", admitting: position, after: cursor,
                    limit: limit
                ).map { [$0.instance.rawValue, $0.seq] }
            }
            try expectEqual(try page(9, after: .start, limit: 9), [[1, 1], [1, 2], [3, 1]], "those that admit 9")
            try expectEqual(
                try page(10, after: .start, limit: 3), [[1, 1], [1, 2], [2, 1]], "the first page that admits 10")
            let cursor = OperationID(instance: 1, seq: 1)
            try expectEqual(try page(10, after: cursor, limit: 9), [[1, 2], [2, 1], [3, 1]], "the next page")
            try expectEqual(try page(0, after: .start, limit: 9), [], "those that admit nothing")
            let types = try reader.waitTypes(component: "payment").map(\.rawValue)
            try expectEqual(types, ["card.charged", "card.failed"], "the types waited for")
            try expectEqual(try reader.waitTypes(component: "paymen").count, 0, "the types of another component")
        },
        Check(8, "queries that run together see what was committed before, also after one of them failed") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            for number in 1...3 as ClosedRange<Int64> {
                try store.commit([], [.putInstance(Samples.instance(InstanceID(rawValue: number)))])
                let ids = try reader.together {
                    [try reader.instance(InstanceID(rawValue: number))?.id, try reader.instance(9)?.id]
                }
                try expectEqual(ids, [InstanceID(rawValue: number), nil], "the instances \(number) and 9")
                _ = try? reader.together { throw StoreError(.failed, "thrown between two queries") }
            }
        },
        Check(8, "timers are listed by due date, instance and number, up to a due date, in pages") { adapter in
            let store = try adapter.make()
            let rows = [
                Samples.timer(3, 1), Samples.timer(-3, 9), Samples.timer(3, 1, 2), Samples.timer(2, 5),
                Samples.timer(4, 1), Samples.timer(1, 1, component: "pay"),
            ]
            try store.commit([], rows.map { .putTimer($0) })
            let reader = try store.makeReader()
            func page(_ cursor: DueCursor, due: Int64, limit: Int) throws -> [[Int64]] {
                try reader.timers(
                    component: "payment", after: cursor, due: Timestamp(microseconds: due), limit: limit
                ).map { [$0.due.microseconds, $0.instance.rawValue, $0.seq] }
            }
            try expectEqual(
                try page(.start, due: 3, limit: 9), [[-3, 9, 1], [2, 5, 1], [3, 1, 1], [3, 1, 2]], "those due")
            let cursor = DueCursor(due: Timestamp(microseconds: 2), instance: 5, seq: 1)
            try expectEqual(try page(cursor, due: .max, limit: 2), [[3, 1, 1], [3, 1, 2]], "a later page")
            try expectEqual(try page(.start, due: -4, limit: 9), [], "those due before the first")
        },
        Check(8, "scheduled activities are listed for each outside system, by due time, instance and number") {
            adapter in
            let store = try adapter.make()
            var rows = [
                Samples.activity(2), Samples.activity(1, 2), Samples.activity(1, 1), Samples.activity(3, nextAt: nil),
                Samples.activity(4, nextAt: -7), Samples.activity(5, component: "pay"), Samples.activity(6),
                Samples.activity(7, nextAt: nil), Samples.activity(8),
            ]
            for (index, system) in zip(6...8, ["bank", "mail", "bank "]) { rows[index].system = system }
            try store.commit([], rows.map { .putActivity($0) })
            let reader = try store.makeReader()
            func page(_ system: String, _ cursor: DueCursor, limit: Int) throws -> [[Int64]] {
                try reader.scheduledActivities(component: "payment", system: system, after: cursor, limit: limit)
                    .map { [$0.instance.rawValue, $0.seq] }
            }
            try expectEqual(try page("", .start, limit: 3), [[4, 1], [1, 1], [1, 2]], "the first page")
            let last = DueCursor(due: Timestamp(microseconds: 5), instance: 1, seq: 2)
            try expectEqual(try page("", last, limit: 9), [[2, 1]], "the last page")
            try expectEqual(try page("bank", .start, limit: 9), [[6, 1]], "those of one system")
            try expectEqual(try page("mail", .start, limit: 9), [], "those of a system that is not called any more")
            try expectEqual(try reader.activitySystems(component: "payment"), ["", "bank", "bank "], "the systems")
            try expectEqual(try reader.activitySystems(component: "card"), [], "the systems of nobody")
            (rows[6].system, rows[8].nextAt) = ("", nil)
            try store.commit([], [.putActivity(rows[6]), .putActivity(rows[8])])
            try expectEqual(try reader.activitySystems(component: "payment"), [""], "the systems after a change")
            try expectEqual(try page("", last, limit: 9), [[2, 1], [6, 1]], "the last page after a change")
        },
        Check(8, "mailboxes are listed by number in pages") { adapter in
            let store = try adapter.make()
            let rows =
                (1...6).map { Samples.mailbox($0, InstanceID(rawValue: $0 % 2)) } + [
                    Samples.mailbox(7, 8, component: "pay")
                ]
            try store.commit([], rows.reversed().map { .putMailbox($0) })
            let reader = try store.makeReader()
            try expectEqual(
                try reader.mailbox(component: "payment", after: 2, limit: 3).map(\.seq), [3, 4, 5], "a page")
            try expectEqual(
                try reader.mailbox(component: "payment", after: 5, limit: 3).map(\.seq), [6], "the last page")
            try expectEqual(try reader.mailbox(of: 1, limit: 2).map(\.seq), [1, 3], "an instance's oldest rows")
        },
    ]

    private static let parkedListings: [Check] = [
        Check(8, "parked messages are listed by key and position, and the first of each key by key") { adapter in
            let store = try adapter.make()
            let rows = [
                Samples.parked("b", 5, state: .behind), Samples.parked("b", 3), Samples.parked("", 9),
                Samples.parked("a", 1, state: .deadLetter), Samples.parked("a", 2, state: .incident),
                Samples.parked("dead", 1, state: .deadLetter), Samples.parked("Z", 7, state: .skipped),
                Samples.parked("b", 1, subscription: "other"),
            ]
            try store.commit([], rows.map { .putParked($0) })
            let reader = try store.makeReader()
            func heads(after key: String?, limit: Int) throws -> [String] {
                try reader.parkedHeads(subscription: "payment", after: key, limit: limit).map {
                    "\($0.key)\($0.position)"
                }
            }
            try expectEqual(try heads(after: nil, limit: 9), ["9", "Z7", "a2", "b3"], "the heads")
            try expectEqual(try heads(after: "", limit: 2), ["Z7", "a2"], "a page of heads")
            try expectEqual(try heads(after: "a", limit: 9), ["b3"], "the last page of heads")
            let behind = try reader.parked(subscription: "payment", key: "b", after: 3, limit: 9)
            try expectEqual(behind, [rows[0]], "what is behind a head")
            let page = try reader.parked(subscription: "payment", key: "a", after: 0, limit: 1)
            try expectEqual(page, [rows[3]], "a page of a key")
            let all = try reader.parked(subscription: "payment", after: nil, limit: 9)
            try expectEqual(all.map { "\($0.key)\($0.position)" }, ["9", "Z7", "a1", "a2", "b3", "b5", "dead1"], "all")
            let rest = try reader.parked(subscription: "payment", after: .init(key: "a", position: 1), limit: 2)
            try expectEqual(rest.map { "\($0.key)\($0.position)" }, ["a2", "b3"], "a page of all")
            let dead = Samples.parked("b", 3, state: .deadLetter)
            try store.commit(
                [], [.putParked(dead), .removeParked(subscription: "payment", key: "", position: 9)])
            try expectEqual(try heads(after: nil, limit: 9), ["Z7", "a2", "b5"], "the heads after changes")
        },
        Check(8, "the lowest parked message of a key is found, and those that are due next, by time") { adapter in
            let store = try adapter.make()
            let times = [("b", 5, 30), ("b", 3, 10), ("a", 4, 10), ("", 9, 20), ("a", 6, 10)].map {
                (key: $0.0, position: Int64($0.1), due: Timestamp(microseconds: Int64($0.2)))
            }
            var rows = times.map { time in
                var row = Samples.parked(time.key, time.position)
                row.nextAt = time.due
                return row
            }
            rows += [Samples.parked("a", 2, state: .deadLetter), Samples.parked("a", 3, state: .incident)]
            rows += [Samples.parked("b", 1, state: .deadLetter), Samples.parked("b", 2, subscription: "other")]
            try store.commit([], rows.map { .putParked($0) })
            let reader = try store.makeReader()
            func head(_ key: String, after position: Int64) throws -> Int64? {
                let row = try reader.parkedHead(subscription: "payment", key: key, after: position)
                return row?.position
            }
            func due(after cursor: ParkedDueCursor, limit: Int) throws -> [String] {
                try reader.parkedDue(subscription: "payment", after: cursor, limit: limit).map {
                    "\($0.key)\($0.position)"
                }
            }
            try expectEqual(try ["a", "b", "c"].map { try head($0, after: 0) }, [3, 3, nil], "the heads")
            try expectEqual(try head("a", after: 3), 4, "what comes after a head")
            try expectEqual(try due(after: .start, limit: 9), ["a4", "a6", "b3", "9", "b5"], "all that is due")
            let place = ParkedDueCursor(due: times[2].due, key: "a")
            try expectEqual(try due(after: place, limit: 2), ["b3", "9"], "a page of what is due")
            var moved = rows[1]
            moved.nextAt = Timestamp(microseconds: 40)
            var ended = rows[2]
            ended.nextAt = nil
            let gone = StoreWrite.removeParked(subscription: "payment", key: "", position: 9)
            try store.commit([], [.putParked(moved), .putParked(ended), gone])
            try expectEqual(try due(after: .start, limit: 9), ["a6", "b5", "b3"], "what is due after changes")
        },
        Check(8, "a parked row comes back equal") { adapter in
            let store = try adapter.make()
            var row = Samples.parked("a", 1)
            (row.attempts, row.nextAt, row.error) = (3, Timestamp(microseconds: 9), "declined")
            row.payload = Samples.envelope("a").payload.bytes
            row.concerns = ["order:start", "order:wait"]
            try store.commit([], [.putParked(row)])
            let found = try store.makeReader().parked(subscription: "payment", key: "a", after: 0, limit: 1)
            try expectEqual(found, [row], "the row")
        },
        Check(8, "buffered messages are listed by position until they expire") { adapter in
            let store = try adapter.make()
            let rows = [
                Samples.buffered(4), Samples.buffered(2), Samples.buffered(2, process: "other"),
                Samples.buffered(3, expires: 50), Samples.buffered(1, key: "x"), Samples.buffered(5, component: "pay"),
            ]
            try store.commit([], rows.map { .putBuffered($0) })
            let reader = try store.makeReader()
            func listed(at now: Int64, after position: Int64 = 0, limit: Int = 9) throws -> [BufferedRow] {
                try reader.buffered(
                    component: "payment", process: "payment", type: "card.charged", key: "4711", after: position,
                    now: Timestamp(microseconds: now), limit: limit)
            }
            try expectEqual(try listed(at: 49), [rows[1], rows[3], rows[0]], "those before any has expired")
            try expectEqual(try listed(at: 50), [rows[1], rows[0]], "those after one has expired")
            try expectEqual(try listed(at: 49, limit: 1), [rows[1]], "a page")
            try expectEqual(try listed(at: 49, after: 2), [rows[3], rows[0]], "the next page")
            try store.commit([], [.removeBuffered(rows[1])])
            try expectEqual(try listed(at: 50), [rows[0]], "those left")
        },
        Check(8, "expired messages are listed by the time at which they expired") { adapter in
            let store = try adapter.make()
            let rows = [
                Samples.buffered(4, expires: 70), Samples.buffered(2, expires: 90), Samples.buffered(3, expires: 50),
                Samples.buffered(5, component: "pay", expires: 10),
            ]
            try store.commit([], rows.map { .putBuffered($0) })
            let reader = try store.makeReader()
            func listed(at now: Int64, limit: Int = 9) throws -> [BufferedRow] {
                try reader.expiredBuffered(component: "payment", now: Timestamp(microseconds: now), limit: limit)
            }
            try expectEqual(try listed(at: 49), [], "those before any has expired")
            try expectEqual(try listed(at: 89), [rows[2], rows[0]], "those that have expired")
            try expectEqual(try listed(at: 99, limit: 1), [rows[2]], "a page")
            var moved = rows[2]
            moved.expires = Timestamp(microseconds: 80)
            try store.commit([], [.putBuffered(moved), .removeBuffered(rows[0])])
            try expectEqual(try listed(at: 85), [moved], "those left, one of them kept for longer")
        },
    ]
}
