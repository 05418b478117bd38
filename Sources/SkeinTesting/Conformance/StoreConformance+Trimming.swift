import SkeinStorage
import SkeinCore

extension StoreConformance {
    static let trimChecks: [Check] = [
        Check(11, "a trim removes the oldest messages up to the lowest place, and never the newest one") { adapter in
            let (store, reader) = try filled(adapter)
            _ = try store.commit(
                CommitBatch(units: []) { _ in
                    [PositionRow(subscription: "a", position: 7), PositionRow(subscription: "b", position: 4)]
                })
            try expectEqual(
                try reader.logHolds(), [LogHold(position: 5, reason: .place(subscription: "b"))], "what holds the log")
            try trim(store)
            try expectEqual(try positions(reader), [5, 6, 7, 8, 9], "the log after a trim up to the lowest place")
            try expectEqual(try reader.trimmedPosition(), 4, "where the log begins")
            try expect(try reader.record(at: 4) == nil, "no trimmed message by its position")
            try expect(try reader.record(id: MessageID("m4")) == nil, "no trimmed message by its id")
            _ = try store.commit(
                CommitBatch(units: []) { _ in
                    ["a", "b"].map { PositionRow(subscription: $0, position: 9) }
                })
            try trim(store)
            try expectEqual(try positions(reader), [9], "the log after everything was handled")
            try expectEqual(try reader.highWater().position, 9, "the newest position")
            try expectEqual(try store.commit(Samples.outgoing("next")).map(\.position), [10], "the next position")
        },
        Check(11, "a trim stops where it is told: at a position, after a number, at a time") { adapter in
            let (store, reader) = try filled(adapter)
            try trim(store, through: 2)
            try expectEqual(try reader.trimmedPosition(), 2, "a trim up to a position")
            try trim(store, limit: 3)
            try expectEqual(try reader.trimmedPosition(), 5, "a trim of a number")
            let time = Samples.envelope("").time
            try trim(store, before: time, at: time.advanced(by: .hours(2)))
            try expectEqual(try reader.trimmedPosition(), 5, "a trim before the time of the messages")
            var late = Samples.envelope("late")
            late.time = time.advanced(by: .hours(1))
            try store.commit([Outgoing(late)] + Samples.outgoing("after"))
            try trim(store, before: time.advanced(by: .seconds(1)), at: time.advanced(by: .hours(2)))
            try expectEqual(try reader.trimmedPosition(), 9, "a trim that ends at a later message")
            try trim(store, before: time.advanced(by: .seconds(1)), at: time.advanced(by: .seconds(2)))
            try expectEqual(try reader.trimmedPosition(), 10, "a trim that passes a message from the future")
        },
        Check(11, "a trim stays below what refers to a message, until nothing does") { adapter in
            let incident = { (resolved: Bool) -> IncidentRow in
                var row = Samples.incident(1, resolved: resolved)
                row.position = 3
                return row
            }
            var mail = Samples.mailbox(1, 7)
            mail.position = 3
            let parked = Samples.parked("k", 3, subscription: "s", state: .deadLetter)
            let references: [(put: StoreWrite, remove: StoreWrite, reason: LogHold.Reason)] = [
                (
                    .putParked(parked), .removeParked(subscription: "s", key: "k", position: 3),
                    .parked(subscription: "s", key: "k")
                ),
                (
                    .putBuffered(Samples.buffered(3)), .removeBuffered(Samples.buffered(3)),
                    .buffered(component: "payment", process: "payment")
                ),
                (.putMailbox(mail), .removeMailbox(seq: 1), .mailbox(instance: 7)),
                (.putIncident(incident(false)), .putIncident(incident(true)), .incident(1)),
            ]
            for (put, remove, reason) in references {
                let (store, reader) = try filled(adapter)
                try store.commit([], [put])
                try expectEqual(try reader.logHolds(), [LogHold(position: 3, reason: reason)], "what holds the log")
                try trim(store)
                try expectEqual(try reader.trimmedPosition(), 2, "a trim below \(reason)")
                try store.commit([], [remove, .trimLog(LogTrim(through: 5, limit: 99, at: .epoch))])
                try expectEqual(try reader.trimmedPosition(), 5, "a trim in the commit that ends \(reason)")
            }
        },
        Check(11, "a trimmed message counts as in the log while the inbox remembers its id") { adapter in
            let (store, reader) = try filled(adapter)
            let at = Timestamp(microseconds: 1000)
            try trim(store, through: 5, at: at)
            let again = Samples.outgoing("m1", "m5", "new")
            try expectEqual(try store.commit(again).map(\.position), [10], "the records of messages that come again")
            let enlistment = try adapter.enlistment(store, Samples.outgoing("m2"), nil)
            let outcomes = try store.commit(CommitBatch(units: [CommitUnit(enlistments: [enlistment])]))
            try expectEqual(try outcomes[0].records.count, 0, "the records of an enlistment with one that comes again")
            try adapter.appendForeign(store, Samples.outgoing("m3"), nil)
            try expectEqual(try reader.highWater().position, 10, "the newest position")
            try expectEqual(try reader.oldestInbox(), at, "the oldest row of the inbox")
            try store.commit([], [.trimInbox(before: at, limit: 99)])
            try expectEqual(try store.commit(Samples.outgoing("m1")).count, 0, "one that comes in time")
            try store.commit([], [.trimInbox(before: at.advanced(by: .seconds(1)), limit: 2)])
            try expectEqual(
                try store.commit(Samples.outgoing("m1", "m2", "m3")).map(\.position), [11, 12],
                "those that come after two ids were forgotten")
        },
        Check(11, "a trim of a unit that fails is undone") { adapter in
            let (store, reader) = try filled(adapter)
            let unit = CommitUnit(
                writes: [.trimLog(LogTrim(through: 5, limit: 99, at: .epoch))],
                enlistments: [try adapter.enlistment(store, [], PlannedFailure())])
            _ = try store.commit(CommitBatch(units: [unit]))
            try expectEqual(try positions(reader), Array(1...9), "the log after the failed unit")
            try expectEqual(try reader.trimmedPosition(), 0, "where it begins")
            try expect(try reader.oldestInbox() == nil, "an empty inbox")
            try expectEqual(try store.commit(Samples.outgoing("m1")).count, 0, "one that is still in the log")
        },
        Check(11, "where the log begins, and which ids are remembered, outlives the process") { adapter in
            guard let openAgain = adapter.openAgain else { return }
            let (store, _) = try filled(adapter)
            try trim(store, through: 5)
            try store.close()
            let again = try openAgain(store)
            try expectEqual(try again.makeReader().trimmedPosition(), 5, "where the log begins")
            try expectEqual(
                try again.commit(Samples.outgoing("m1", "new")).map(\.position), [10], "the records after that")
            try again.close()
        },
    ]

    /// A store with the messages m1 to m9.
    private static func filled(_ adapter: StoreConformance) throws -> (any Store, any StoreReader) {
        let store = try adapter.make()
        try store.commit((1...9).map { Outgoing(Samples.envelope("m\($0)")) })
        return (store, try store.makeReader())
    }

    private static func trim(
        _ store: any Store, through: Int64 = .max, before: Timestamp? = nil, limit: Int = 99, at: Timestamp = .epoch
    ) throws {
        try store.commit([], [.trimLog(LogTrim(through: through, before: before, limit: limit, at: at))])
    }

    private static func positions(_ reader: any StoreReader) throws -> [Int64] {
        try reader.records(after: 0, limit: 99).map(\.position)
    }
}
