import SkeinCore
import SkeinStorage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StoreConformance {
    /// What a store keeps for the exchange with other processes.
    static let channelChecks: [Check] = [
        Check(6, "places of sources come back equal, are replaced, and removed by their topic") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            let rows = [
                place("a", 0, 5), place("a", 9, 1), place("a", 10, .max), place("b", 0, 0), place("", 3, 7),
                place("Z", 0, 2), place("a", 0, 4, channel: "other"), place("a", 0, 3, channel: ""),
            ]
            try store.commit([], rows.map { .putSourcePlace($0) })
            let ordered = [rows[4], rows[5], rows[0], rows[1], rows[2], rows[3]]
            try expectEqual(try reader.sourcePlaces(channel: "main"), ordered, "the places, by topic and partition")
            try expectEqual(try reader.sourcePlaces(channel: "other"), [rows[6]], "those of another channel")
            try expectEqual(try reader.sourcePlaces(channel: ""), [rows[7]], "those of a channel without a name")
            try expectEqual(try reader.sourcePlaces(channel: "mai"), [], "those of an unknown channel")
            try store.commit([], [.putSourcePlace(place("a", 9, 8)), .putSourcePlace(place("b", 0, 0))])
            let moved = [rows[4], rows[5], rows[0], place("a", 9, 8), rows[2], rows[3]]
            try expectEqual(try reader.sourcePlaces(channel: "main"), moved, "the places after one has moved")
            try store.commit(
                [],
                [
                    .removeSourcePlaces(channel: "main", topic: "a"), .removeSourcePlaces(channel: "main", topic: "x"),
                    .putSourcePlace(place("a", 1, 1)),
                ])
            try expectEqual(
                try reader.sourcePlaces(channel: "main"), [rows[4], rows[5], place("a", 1, 1), rows[3]],
                "the places after those of a topic were removed")
            try expectEqual(try reader.sourcePlaces(channel: "other"), [rows[6]], "those of the other channel")
        },
        Check(6, "channels come back as they were written, by name, until they are removed") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            func row(_ name: String, _ text: String) -> ChannelRow {
                ChannelRow(name: name, description: Data(text.utf8))
            }
            func put(_ row: ChannelRow) -> StoreWrite { .putChannel(name: row.name, description: row.description) }
            let rows = [row("main", "{}"), row("back", "\u{0}"), row("Z", "")]
            try store.commit([], rows.map(put))
            try expectEqual(try reader.channels(), [rows[2], rows[1], rows[0]], "the channels")
            let changed = row("main", "[]")
            try store.commit([], [put(changed), .removeChannel(name: "Z"), .removeChannel(name: "unknown")])
            try expectEqual(try reader.channels(), [rows[1], changed], "the channels after changes")
        },
        Check(8, "what components declare is listed by name, in pages") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            let rows = ["order", "Payment", "é", "e\u{301}", "card"].map {
                CatalogueRow(component: $0, description: Data("{\"component\":\"\($0)\"}".utf8))
            }
            try store.commit(
                [], rows.map { .putCatalogue(component: $0.component, description: $0.description) })
            func page(after component: String, limit: Int) throws -> [CatalogueRow] {
                try reader.catalogues(after: component, limit: limit)
            }
            let ordered = [rows[1], rows[4], rows[3], rows[0], rows[2]]
            try expectEqual(try page(after: "", limit: 9), ordered, "the catalogue")
            try expectEqual(try page(after: "card", limit: 2), Array(ordered[2...3]), "a page")
            try expectEqual(try page(after: "order", limit: 9), Array(ordered[4...]), "the last page")
            try expectEqual(try page(after: "é", limit: 9), [], "what comes after that")
            try expectEqual(try reader.catalogue(of: "order"), rows[0].description, "one entry")
            try store.commit([], [.putCatalogue(component: "order", description: Data("[]".utf8))])
            try expectEqual(
                try page(after: "e\u{301}", limit: 1).map(\.description), [Data("[]".utf8)], "an entry after a change")
        },
        Check(3, "a place of a source is undone with the messages of a unit that fails") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            try store.commit([], [.putSourcePlace(place("a", 0, 5))])
            let message = Outgoing(Samples.envelope("m"), origin: Samples.origins[0])
            let unit = CommitUnit(
                appends: [message],
                writes: [.putSourcePlace(place("a", 0, 6)), .removeSourcePlaces(channel: "other", topic: "a")],
                enlistments: [try adapter.enlistment(store, [], PlannedFailure())])
            _ = try store.commit(CommitBatch(units: [unit]))
            try expectEqual(try reader.sourcePlaces(channel: "main"), [place("a", 0, 5)], "the places")
            try expect(try reader.record(id: MessageID("m")) == nil, "no message of the failed unit")
        },
        Check(11, "a trim does not look at the places of sources") { adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            try store.commit(
                (1...9).map { Outgoing(Samples.envelope("m\($0)"), origin: Samples.origins[2]) },
                [.putSourcePlace(place("a", 0, 0)), .putSourcePlace(place("a", 1, 5))])
            try expectEqual(try reader.logHolds(), [], "what holds the log")
            try store.commit([], [.trimLog(LogTrim(through: .max, limit: 99, at: .epoch))])
            try expectEqual(try reader.trimmedPosition(), 8, "where the log begins")
        },
        Check(11, "a trim remembers the sources of messages that came from elsewhere and whose ids are no UUIDs") {
            adapter in
            let store = try adapter.make()
            let reader = try store.makeReader()
            let uuid = "0190163d-8694-739b-aea5-966c26f8ad90"
            try store.commit(
                [
                    Outgoing(Samples.envelope("m1"), origin: Samples.origins[0]), Outgoing(Samples.envelope("m2")),
                    Outgoing(Samples.envelope(uuid), origin: Samples.origins[0]), Outgoing(Samples.envelope("m3")),
                ], [])
            try store.commit([], [.trimLog(LogTrim(through: .max, limit: 99, at: .epoch))])
            let source = Samples.envelope("m1").source
            let known = try ["m1", "m2", uuid, "m3"].map { id in
                let key = LogTrim.source(source, of: MessageID(id))
                return try reader.inboxContains(subscription: LogTrim.sources, message: key)
            }
            try expectEqual(known, [true, false, false, false], "the sources that the inbox knows")
        },
        Check(2, "places of sources and channels outlive the process") { adapter in
            guard let openAgain = adapter.openAgain else { return }
            let store = try adapter.make()
            try store.commit(
                [], [.putSourcePlace(place("a", 0, 5)), .putChannel(name: "main", description: Data("{}".utf8))])
            try store.close()
            let again = try openAgain(store)
            try expectEqual(try again.makeReader().channels().map(\.name), ["main"], "the channels after that")
            try expectEqual(
                try again.makeReader().sourcePlaces(channel: "main"), [place("a", 0, 5)], "the places after that")
            try again.close()
        },
    ]

    private static func place(
        _ topic: String, _ partition: Int, _ next: Int64, channel: String = "main"
    ) -> SourcePlaceRow {
        SourcePlaceRow(channel: channel, topic: topic, partition: partition, next: next)
    }
}
