import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StoreConformance {
    static let commitChecks: [Check] = atomicChecks + failureChecks + ownershipChecks

    private static let atomicChecks: [Check] = [
        Check(1, "a commit that cannot be applied leaves nothing behind") { adapter in
            let store = try adapter.make()
            try store.commit([], [.putInstance(Samples.instance(1, key: "a"))])
            let good = CommitUnit(
                appends: Samples.outgoing("m"), writes: [.putMailbox(Samples.mailbox(9, 1))])
            let bad = CommitUnit(writes: [.putInstance(Samples.instance(2, key: "a"))])
            let batch = CommitBatch(units: [good, bad]) { _ in [PositionRow(subscription: "s", position: 1)] }
            try expectError(.failed, "two instances with one key") { _ = try store.commit(batch) }
            let reader = try store.makeReader()
            try expectEqual(try reader.highWater(), HighWater(instance: 1), "the ids after a failed commit")
            try expectEqual(try reader.records(after: 0, limit: 9).count, 0, "messages after a failed commit")
            try expectEqual(try reader.mailbox(of: 1, limit: 9), [], "rows after a failed commit")
            try expect(try reader.position(of: "s") == nil, "no position after a failed commit")
            try expectEqual(try store.commit(Samples.outgoing("m")).map(\.position), [1], "the position given next")
        },
        Check(1, "a journal entry is never overwritten") { adapter in
            let store = try adapter.make()
            try store.commit([], [.appendJournal(Samples.journal(1, 1))])
            try expectError(.failed, "a second entry with the same number") {
                try store.commit([], [.appendJournal(Samples.journal(1, 1))])
            }
        },
        Check(1, "positions are part of the commit and know which units failed") { adapter in
            let store = try adapter.make()
            let failing = CommitUnit(enlistments: [try adapter.enlistment(store, [], PlannedFailure())])
            let batch = CommitBatch(units: [failing, CommitUnit(), failing]) { failed in
                [
                    PositionRow(
                        subscription: "s", position: 7,
                        completed: failed.sorted().map { Int64($0) + 8...Int64($0) + 8 })
                ]
            }
            _ = try store.commit(batch)
            try expectEqual(
                try store.makeReader().position(of: "s"),
                PositionRow(subscription: "s", position: 7, completed: [8...8, 10...10]), "the position")
        },
        Check(2, "what was committed is there when the store is opened again, and no id is given twice") { adapter in
            guard let openAgain = adapter.openAgain else { return }
            let store = try adapter.make()
            try store.commit(
                Samples.outgoing("a", "b"),
                [
                    .putInstance(Samples.instance(5)), .putInstance(Samples.instance(6)),
                    .putMailbox(Samples.mailbox(6, 5)), .putIncident(Samples.incident(7)),
                ])
            try store.commit([], [.removeInstance(6), .removeMailbox(seq: 6)])
            try store.close()
            let again = try openAgain(store)
            let reader = try again.makeReader()
            try expectEqual(try reader.records(after: 0, limit: 9).map(\.envelope.id.rawValue), ["a", "b"], "messages")
            try expectEqual(try reader.instance(5), Samples.instance(5), "the instance")
            var high = try reader.highWater()
            try expect(high.mailbox >= 6, "an id of a removed mailbox row to be in use, the highest is \(high.mailbox)")
            high.mailbox = 6
            try expectEqual(high, HighWater(instance: 6, incident: 7, mailbox: 6, position: 2), "the ids in use")
            try expectEqual(try again.commit(Samples.outgoing("c")).map(\.position), [3], "the next position")
            try again.close()
        },
    ]

    private static let failureChecks: [Check] = [
        Check(3, "an enlistment that throws undoes its own unit alone") { adapter in
            let store = try adapter.make()
            let good = CommitUnit(
                appends: Samples.outgoing("good"), writes: [.putMailbox(Samples.mailbox(1, 1))],
                enlistments: [try adapter.enlistment(store, Samples.outgoing("good-enlisted"), nil)])
            let bad = CommitUnit(
                appends: Samples.outgoing("bad"), writes: [.putInstance(Samples.instance(2))],
                enlistments: [
                    try adapter.enlistment(store, Samples.outgoing("bad-enlisted"), nil),
                    try adapter.enlistment(store, Samples.outgoing("bad-too"), PlannedFailure(name: "mine")),
                ])
            let plain = CommitUnit(appends: Samples.outgoing("plain"))
            let outcomes = try store.commit(CommitBatch(units: [bad, good, bad, plain]))
            try expectEqual(
                outcomes.map { $0.error as? PlannedFailure }, [.init(name: "mine"), nil, .init(name: "mine"), nil],
                "the failures")
            let reader = try store.makeReader()
            try expectEqual(
                try reader.records(after: 0, limit: 9).map(\.envelope.id.rawValue), ["plain", "good", "good-enlisted"],
                "the log")
            try expect(try reader.instance(2) == nil, "no row of the failed unit")
            try expectEqual(
                try reader.highWater(), HighWater(mailbox: 1, position: 3), "the ids, none taken by the failed unit")
            let again = try store.commit(Samples.outgoing("bad")).map(\.position)
            try expectEqual(again, [4], "the position of the failed message, appended again")
        },
        Check(3, "an enlistment of another kind of store fails its unit with a clear error") { adapter in
            struct Stranger: Enlistment {}
            let store = try adapter.make()
            let outcomes = try store.commit(
                CommitBatch(units: [
                    CommitUnit(appends: Samples.outgoing("a"), enlistments: [Stranger()]),
                    CommitUnit(appends: Samples.outgoing("b")),
                ]))
            try expectEqual((outcomes[0].error as? StoreError)?.code, .foreignEnlistment, "the stranger's outcome")
            try expectEqual(try outcomes[1].records.map(\.position), [1], "the other unit's records")
        },
        Check(4, "units apply in order, those with enlistments last, and positions rise in the order of application") {
            adapter in
            let store = try adapter.make()
            func joined(_ id: String) throws -> CommitUnit {
                CommitUnit(
                    appends: Samples.outgoing(id + "1", id + "2"),
                    enlistments: [try adapter.enlistment(store, Samples.outgoing(id + "3", id + "4"), nil)])
            }
            let units = [
                try joined("a"), CommitUnit(appends: Samples.outgoing("b1", "b2")), try joined("c"),
                CommitUnit(appends: Samples.outgoing("d1")),
            ]
            let outcomes = try store.commit(CommitBatch(units: units))
            try expectEqual(
                try outcomes.map { try $0.records.map(\.position) }, [[4, 5, 6, 7], [1, 2], [8, 9, 10, 11], [3]],
                "positions by unit")
            let log = try store.makeReader().records(after: 0, limit: 99)
            try expectEqual(log.map(\.position), Array(1...11), "positions in the log")
            let order = ["b1", "b2", "d1", "a1", "a2", "a3", "a4", "c1", "c2", "c3", "c4"]
            try expectEqual(log.map(\.envelope.id.rawValue), order, "the log")
        },
        Check(4, "later writes of one batch see and replace earlier ones") { adapter in
            let store = try adapter.make()
            let parked = Samples.instance(1, status: .parked)
            let batch = CommitBatch(units: [
                CommitUnit(writes: [.putInstance(Samples.instance(1)), .putWait(Samples.wait(1))]),
                CommitUnit(writes: [.putInstance(parked), .removeWait(Samples.wait(1))]),
            ])
            _ = try store.commit(batch)
            let reader = try store.makeReader()
            try expectEqual(try reader.instance(1), parked, "the instance")
            try expectEqual(try reader.waits(of: 1), [], "the waits")
            let running = try reader.instances(component: "payment", status: .running, after: 0, limit: 9)
            try expectEqual(running, [], "the running instances")
        },
    ]

    private static let ownershipChecks: [Check] = [
        Check(9, "a store that is open cannot be opened again until it is closed") { adapter in
            guard let openAgain = adapter.openAgain else { return }
            let store = try adapter.make()
            try expectError(.owned, "a second opening") { _ = try openAgain(store) }
            try store.commit(Samples.outgoing("a"))
            try store.close()
            try openAgain(store).close()
        },
        Check(9, "a closed store refuses everything") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            try store.close()
            try expectError(.closed, "a commit") { try store.commit() }
            try expectError(.closed, "a new reader") { _ = try store.makeReader() }
            try expectError(.closed, "an old reader") { _ = try reader.highWater() }
        },
    ]
}
