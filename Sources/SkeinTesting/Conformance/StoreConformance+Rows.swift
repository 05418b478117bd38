import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StoreConformance {
    static let rowChecks: [Check] = instanceRowChecks + otherRowChecks

    private static let instanceRowChecks: [Check] = [
        Check(6, "instances come back equal, by id and by key, and are replaced") { adapter in
            let store = try adapter.make()
            let rows = [Samples.instance(1), Samples.fullInstance(2), Samples.instance(3, key: "")]
            try store.commit([], rows.map { .putInstance($0) })
            let reader = try store.makeReader()
            for row in rows {
                try expectEqual(try reader.instance(row.id), row, "instance \(row.id)")
                let byKey = try reader.instance(component: row.component, process: row.process, key: row.key)
                try expectEqual(byKey, row, "instance \(row.id) by key")
            }
            var changed = Samples.fullInstance(1)
            (changed.key, changed.status) = ("other", .parked)
            try store.commit([], [.putInstance(changed)])
            try expectEqual(try reader.instance(1), changed, "the replaced instance")
            let old = try reader.instance(component: "payment", process: "payment", key: "key-1")
            try expect(old == nil, "nothing under the old key")
            try expect(try reader.instance(9) == nil, "no unknown instance")
        },
        Check(8, "ended instances are listed oldest first, and removed with their journals") { adapter in
            let store = try adapter.make()
            var rows = (1...3).map { Samples.instance(InstanceID(rawValue: Int64($0)), key: "ended-\($0)") }
            for index in rows.indices {
                (rows[index].status, rows[index].endedAt) = (.completed, Timestamp(microseconds: Int64(30 - index)))
            }
            let running = Samples.instance(4, key: "running")
            try store.commit([], (rows + [running]).map { .putInstance($0) } + [.appendJournal(Samples.journal(3, 1))])
            let reader = try store.makeReader()
            func ended(_ limit: Int) throws -> [InstanceID] {
                let time = Timestamp(microseconds: 30)
                return try reader.endedInstances(component: running.component, before: time, limit: limit)
            }
            try expectEqual(try ended(9), [3, 2], "the instances that ended before the time")
            try expectEqual(try ended(1), [3], "the first of them")
            try store.commit([], [.removeInstance(3)])
            try expectEqual(try ended(9), [2], "the instances after one was removed")
            try expect(try reader.instance(3) == nil, "no removed instance")
            try expect(try reader.journal(of: 3, after: 0, limit: 9).isEmpty, "no journal of a removed instance")
        },
        Check(6, "suspended systems are listed until they are resumed") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            try store.commit([], ["b", "a", "a"].map { .suspendSystem($0, at: .epoch) })
            try expectEqual(try reader.suspendedSystems(), ["a", "b"], "the suspended systems")
            try store.commit([], [.resumeSystem("a")])
            try expectEqual(try reader.suspendedSystems(), ["b"], "the suspended systems after one was resumed")
        },
        Check(6, "a journal comes back in order and is truncated up to a number") { adapter in
            let store = try adapter.make()
            let rows = (1...5).map { Samples.journal(1, $0) }
            try store.commit([], rows.map { .appendJournal($0) } + [.appendJournal(Samples.journal(2, 1))])
            let reader = try store.makeReader()
            try expectEqual(try reader.journal(of: 1, after: 0, limit: 99), rows, "the journal")
            try expectEqual(try reader.journal(of: 1, after: 2, limit: 2), Array(rows[2...3]), "a page of it")
            try store.commit([], [.truncateJournal(instance: 1, through: 3)])
            try expectEqual(try reader.journal(of: 1, after: 0, limit: 99), Array(rows[3...]), "the rest")
            try expectEqual(try reader.journal(of: 2, after: 0, limit: 9).count, 1, "the other journal")
        },
        Check(6, "activities come back equal, are replaced and removed") { adapter in
            let store = try adapter.make()
            let rows = [Samples.activity(1, 2), Samples.fullActivity(1)]
            try store.commit([], rows.map { .putActivity($0) })
            let reader = try store.makeReader()
            try expectEqual(try reader.activities(of: 1), rows, "the activities")
            func scheduled() throws -> [Int64] {
                try ["", "bank"].flatMap {
                    try reader.scheduledActivities(component: "payment", system: $0, after: .start, limit: 9)
                }.map(\.seq)
            }
            try expectEqual(try scheduled(), [2], "the scheduled activities")
            var (held, retried) = (rows[0], rows[1])
            (held.nextAt, held.lastError, retried.nextAt) = (nil, "declined", .epoch)
            try store.commit([], [.putActivity(held), .putActivity(retried)])
            try expectEqual(try reader.activities(of: 1), [held, retried], "the replaced activities")
            try expectEqual(try scheduled(), [.max], "the scheduled activities after a change")
            try store.commit([], [.removeActivity(instance: 1, seq: .max), .removeActivity(instance: 1, seq: 77)])
            try expectEqual(try scheduled(), [], "the scheduled activities after a removal")
        },
        Check(6, "waits, timers and mailbox rows come back equal and are removed by their identity") { adapter in
            let store = try adapter.make()
            let waits = [
                Samples.wait(1, 1, key: ""), Samples.wait(1, 1, type: "card.failed"), Samples.wait(1, 2, after: 9),
            ]
            let timers = [Samples.timer(-5, 1), Samples.timer(5, 1), Samples.timer(5, 1, 2)]
            let mail = [Samples.mailbox(3, 1), Samples.mailbox(4, 1)]
            try store.commit(
                [], waits.map { .putWait($0) } + timers.map { .putTimer($0) } + mail.map { .putMailbox($0) })
            let reader = try store.makeReader()
            try expectEqual(try reader.waits(of: 1), waits, "the waits")
            try expectEqual(try reader.timers(of: 1), timers, "the timers")
            try expectEqual(try reader.mailbox(of: 1, limit: 9), mail, "the mailbox")
            var moved = waits[0]
            moved.after = 77
            try store.commit(
                [],
                [
                    .putWait(moved), .removeWait(waits[1]), .removeTimer(timers[1]), .removeTimer(Samples.timer(5, 9)),
                    .removeMailbox(seq: 3), .removeMailbox(seq: 99),
                ])
            try expectEqual(try reader.waits(of: 1), [moved, waits[2]], "the waits left")
            try expectEqual(try reader.timers(of: 1), [timers[0], timers[2]], "the timers left")
            try expectEqual(try reader.mailbox(of: 1, limit: 9), [mail[1]], "the mailbox left")
        },
    ]

    private static let otherRowChecks: [Check] = [
        Check(6, "positions come back equal") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            for completed in [[], [5...5], [5...7, 9...9, 11...12, .max ... .max]] as [[ClosedRange<Int64>]] {
                let row = PositionRow(
                    subscription: "s", position: 4, completed: completed, version: completed.count)
                _ = try store.commit(CommitBatch(units: []) { _ in [row] })
                try expectEqual(try reader.position(of: "s"), row, "the position")
            }
            try expect(try reader.position(of: "unknown") == nil, "no position of an unknown subscription")
        },
        Check(6, "a position that is removed is gone, holds nothing, and can be written anew as it was") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            let row = PositionRow(subscription: "s", position: 4)
            for _ in 1...2 {
                _ = try store.commit(CommitBatch(units: []) { _ in [row] })
                try expectEqual(try reader.position(of: "s"), row, "the position")
                try store.commit([], [.removePosition(subscription: "s"), .removePosition(subscription: "unknown")])
                try expect(try reader.position(of: "s") == nil, "no position after it was removed")
                try expectEqual(try reader.logHolds(), [], "what holds the log")
            }
        },
        Check(6, "incidents come back equal, open ones are listed") { adapter in
            let store = try adapter.make()
            var about = Samples.incident(4, resolved: true)
            (about.resolvedAt, about.resolution) = (nil, nil)
            let rows = [Samples.incident(1), Samples.incident(2, resolved: true), Samples.incident(3), about]
            try store.commit([], rows.map { .putIncident($0) })
            let reader = try store.makeReader()
            for row in rows { try expectEqual(try reader.incident(row.id), row, "incident \(row.id)") }
            try expectEqual(try reader.openIncidents(after: 0, limit: 9).map(\.id), [1, 3, 4], "the open incidents")
            try expectEqual(try reader.openIncidents(after: 1, limit: 1).map(\.id), [3], "a page of them")
            try expectEqual(
                try reader.openIncidents(cause: about.cause, after: 1, limit: 2).map(\.id), [3, 4], "those of a cause")
            try expect(try reader.openIncidents(cause: "other", after: 0, limit: 9).isEmpty, "none of another cause")
            try expectEqual(try reader.openIncidents(of: 1), [about], "those of an instance")
            try expect(try reader.openIncidents(of: 2).isEmpty, "none of another instance")
            try expectEqual(
                try reader.openIncidents(subscription: "payment", key: "4711", position: 3), [about],
                "those of a message")
            try expect(
                try reader.openIncidents(subscription: "payment", key: "4712", position: 3).isEmpty,
                "none of another key")
            try store.commit([], [.putIncident(Samples.incident(1, resolved: true))])
            try expectEqual(
                try reader.openIncidents(after: 0, limit: 9).map(\.id), [3, 4], "those open after one is resolved")
        },
        Check(6, "incidents are brought up to date and resolved while they are open, and not after that") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            try store.commit(
                [], [.putIncident(Samples.incident(1)), .putIncident(Samples.incident(2, resolved: true))])
            let (at, later) = (Timestamp(microseconds: 7), Timestamp(microseconds: 8))
            for id in [1, 2, 3] as [IncidentID] {
                try store.commit([], [.updateIncident(id: id, error: "again", nextAttempt: at)])
            }
            var expected = Samples.incident(1)
            (expected.error, expected.nextAttempt) = ("again", at)
            try expectEqual(try reader.incident(1), expected, "the open incident")
            try store.commit([], [.updateIncident(id: 1, error: "at last", nextAttempt: nil)])
            (expected.error, expected.nextAttempt) = ("at last", nil)
            try expectEqual(try reader.incident(1), expected, "the open incident without another attempt")
            for (id, at) in [(1, at), (1, later), (2, later), (3, later)] as [(IncidentID, Timestamp)] {
                try store.commit([], [.resolveIncident(id: id, at: at, resolution: "recovered \(at.microseconds)")])
            }
            (expected.resolvedAt, expected.resolution) = (at, "recovered 7")
            try expectEqual(try reader.incident(1), expected, "the incident that has recovered")
            try expectEqual(try reader.incident(2), Samples.incident(2, resolved: true), "the one resolved before")
            try expect(try reader.incident(3) == nil, "no incident that was never raised")
            try expect(try reader.openIncidents(after: 0, limit: 9).isEmpty, "no open incident")
        },
        Check(6, "the inbox knows each subscription's messages until they are trimmed") { adapter in
            let store = try adapter.make()
            let (a, b) = (MessageID("a"), MessageID("b"))
            try store.commit(
                [],
                [
                    .putInbox(subscription: "s", message: a, at: Timestamp(microseconds: 1)),
                    .putInbox(subscription: "s", message: b, at: Timestamp(microseconds: 2)),
                    .putInbox(subscription: "t", message: b, at: Timestamp(microseconds: 1)),
                    .putInbox(subscription: "t", message: b, at: Timestamp(microseconds: 2)),
                ])
            let reader = try store.makeReader()
            func known() throws -> [Bool] {
                try [("s", a), ("s", b), ("t", a), ("t", b)].map {
                    try reader.inboxContains(subscription: $0.0, message: $0.1)
                }
            }
            try expectEqual(try known(), [true, true, false, true], "what is in the inbox")
            try store.commit([], [.trimInbox(before: Timestamp(microseconds: 2), limit: 9)])
            try expectEqual(try known(), [false, true, false, true], "what is left after trimming")
        },
        Check(6, "definitions come back equal, by component, process and version") { adapter in
            let store = try adapter.make()
            func definition(_ process: String, _ version: Int, _ notation: Notation) -> DefinitionRow {
                DefinitionRow(
                    component: "payment", process: process, version: version, notation: notation, at: .epoch)
            }
            let rows = [definition("pay", 2, .saga), definition("pay", 10, .code), definition("refund", 1, .model)]
            let writes = rows.reversed().map { StoreWrite.putDefinition($0) }
            try store.commit([], writes + [.putCatalogue(component: "payment", description: Data("{}".utf8))])
            try store.commit([], [.putCatalogue(component: "payment", description: Data("[]".utf8))])
            try expectEqual(try store.makeReader().definitions(), rows, "the definitions")
        },
    ]
}
