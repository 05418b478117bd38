import SkeinStorage
import SkeinCore
import Synchronization

extension StoreConformance {
    static let logChecks: [Check] = appendChecks + foreignChecks

    private static let appendChecks: [Check] = [
        Check(5, "a message whose id is in the log is not appended again") { adapter in
            let store = try adapter.make()
            let first = try store.commit(Samples.outgoing("a", "b", "a"))
            try expectEqual(first.map(\.position), [1, 2], "the records of a batch with a duplicate")
            let changed = Outgoing(Samples.envelope("a", subject: "another"))
            try expectEqual(try store.commit([changed] + Samples.outgoing("c")).map(\.position), [3], "new records")
            let reader = try store.makeReader()
            try expectEqual(
                try reader.record(id: MessageID("a"))?.envelope, Samples.envelope("a"), "the message as it was first")
            try expectEqual(try reader.highWater().position, 3, "the newest position")
            let enlistment = try adapter.enlistment(store, Samples.outgoing("a", "d"), nil)
            let outcomes = try store.commit(CommitBatch(units: [CommitUnit(enlistments: [enlistment])]))
            try expectEqual(try outcomes[0].records.map(\.position), [4], "the records of an enlistment")
        },
        Check(5, "ids that differ only in how a character is spelt are different") { adapter in
            let store = try adapter.make()
            try expectEqual(try store.commit(Samples.outgoing("\u{E9}", "e\u{301}")).count, 2, "the records")
        },
        Check(6, "an envelope comes back equal in every section") { adapter in
            let store = try adapter.make()
            let envelopes = try Samples.envelopes()
            let records = try store.commit(envelopes.map { Outgoing($0) })
            try expectEqual(records.map(\.envelope), envelopes, "the records of the commit")
            let reader = try store.makeReader()
            for (index, envelope) in envelopes.enumerated() {
                let what = "message \(envelope.id)"
                try expectEqual(try reader.record(at: Int64(index) + 1)?.envelope, envelope, what)
                try expectEqual(try reader.record(id: envelope.id)?.envelope, envelope, what)
                let subject = try reader.record(id: envelope.id)?.envelope.subject.utf8.elementsEqual(
                    envelope.subject.utf8)
                try expectEqual(subject, true, "the bytes of the subject of \(what)")
            }
            let log = try reader.records(after: 0, limit: 99)
            try expectEqual(log.map(\.envelope), envelopes, "the log")
        },
        Check(6, "a message comes back with its origin, or without one") { adapter in
            let store = try adapter.make()
            let origins = Samples.origins + [nil]
            let messages = origins.enumerated().map { Outgoing(Samples.envelope("m\($0)"), origin: $1) }
            try expectEqual(try store.commit(messages).map(\.origin), origins, "the records of the commit")
            let reader = try store.makeReader()
            try expectEqual(try reader.records(after: 0, limit: 99).map(\.origin), origins, "the log")
            for (index, origin) in origins.enumerated() {
                let what = "the origin of message \(index)"
                try expectEqual(try reader.record(at: Int64(index) + 1)?.origin, origin, what)
                try expectEqual(try reader.record(id: MessageID("m\(index)"))?.origin, origin, what)
            }
            let enlistment = try adapter.enlistment(
                store, [Outgoing(Samples.envelope("enlisted"), origin: origins[0])], nil)
            let outcomes = try store.commit(CommitBatch(units: [CommitUnit(enlistments: [enlistment])]))
            try expectEqual(try outcomes[0].records.map(\.origin), [origins[0]], "the record of an enlistment")
            try expectEqual(try reader.record(id: MessageID("enlisted"))?.origin, origins[0], "its origin")
        },
        Check(5, "a message that comes again keeps the origin that it has, or stays without one") { adapter in
            let store = try adapter.make()
            let (first, second) = (Samples.origins[0], Samples.origins[1])
            let (taken, written) = (Samples.envelope("taken"), Samples.envelope("written"))
            try store.commit([Outgoing(taken, origin: first), Outgoing(written)])
            let again = [Outgoing(taken, origin: second), Outgoing(taken), Outgoing(written, origin: first)]
            try expectEqual(try store.commit(again).count, 0, "the records of messages that come again")
            let reader = try store.makeReader()
            try expectEqual(try reader.record(id: taken.id)?.origin, first, "the origin that a message had first")
            try expectEqual(try reader.record(id: written.id)?.origin, nil, "the origin of a message without one")
        },
        Check(7, "a reader that was there before sees every commit that has returned") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            for number in 1...20 {
                try store.commit(
                    Samples.outgoing("m\(number)"),
                    [.putInstance(Samples.instance(InstanceID(rawValue: Int64(number))))])
                try expectEqual(try reader.highWater().position, Int64(number), "the newest position")
                try expect(try reader.record(id: MessageID("m\(number)")) != nil, "message \(number)")
                try expect(try reader.instance(InstanceID(rawValue: Int64(number))) != nil, "instance \(number)")
            }
        },
        Check(8, "the log is read in pages") { adapter in
            let store = try adapter.make()
            try store.commit((1...25).map { Outgoing(Samples.envelope("m\($0)")) })
            let reader = try store.makeReader()
            var (position, pages): (Int64, [Int]) = (0, [])
            while case let page = try reader.records(after: position, limit: 10), let last = page.last {
                try expectEqual(page.map(\.position), Array(position + 1...last.position), "the positions of a page")
                (position, pages) = (last.position, pages + [page.count])
            }
            try expectEqual(pages, [10, 10, 5], "the sizes of the pages")
            try expect(try reader.record(at: 26) == nil, "no message above the newest")
            try expect(try reader.record(at: 0) == nil, "no message below the first")
            try expect(try reader.record(id: MessageID("m26")) == nil, "no message with an unknown id")
        },
    ]

    private static let foreignChecks: [Check] = [
        Check(10, "appended messages are reported after their commit, in order, whoever appends them") { adapter in
            let store = try adapter.make()
            let reported = Mutex<[Int64]>([])
            store.observeAppends { records in reported.withLock { $0 += records.map(\.position) } }
            try store.commit(Samples.outgoing("own"))
            try adapter.appendForeign(store, Samples.outgoing("a", "b", "own"), nil)
            try expectEqual(reported.withLock { $0 }, [1, 2, 3], "the reported positions")
            try adapter.appendForeign(store, Samples.outgoing("a"), nil)
            try adapter.appendForeign(store, Samples.outgoing("c"), nil)
            try expectEqual(reported.withLock { $0 }, [1, 2, 3, 4], "the reported positions after another transaction")
            try expectEqual(try store.commit(Samples.outgoing("last")).map(\.position), [5], "the next position")
        },
        Check(10, "a user's transaction that is rolled back publishes nothing") { adapter in
            let store = try adapter.make()
            let reported = Mutex(0)
            store.observeAppends { records in reported.withLock { $0 += records.count } }
            try? adapter.appendForeign(store, Samples.outgoing("a"), PlannedFailure())
            try expectEqual(reported.withLock { $0 }, 0, "the number of reported messages")
            try expectEqual(try store.makeReader().records(after: 0, limit: 9).count, 0, "the messages in the log")
            try expectEqual(try store.commit(Samples.outgoing("a")).count, 1, "the records of a later commit")
        },
        Check(10, "what an enlistment appends is in its unit's outcome and reported once") { adapter in
            let store = try adapter.make()
            let reported = Mutex(0)
            store.observeAppends { records in reported.withLock { $0 += records.count } }
            let enlistment = try adapter.enlistment(store, Samples.outgoing("a"), nil)
            let outcomes = try store.commit(CommitBatch(units: [CommitUnit(enlistments: [enlistment])]))
            try expectEqual(try outcomes[0].records.map(\.envelope.id.rawValue), ["a"], "the records")
            try expectEqual(reported.withLock { $0 }, 1, "the number of reported messages")
        },
    ]
}
