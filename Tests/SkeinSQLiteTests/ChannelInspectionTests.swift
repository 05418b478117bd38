import ChildPrograms
import Foundation
import SkeinCore
import SkeinOperator
import SkeinSQLite
import SkeinStorage
import Testing

@Suite("A store inspector, where components run elsewhere")
struct ChannelInspectionTests {
    private let folder: TemporaryFolder
    private let store: SQLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder.file())
    }

    private func commit(_ appends: [Outgoing] = [], _ writes: [StoreWrite] = []) throws {
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: appends, writes: writes)]))
    }

    private func inspector() throws -> StoreInspector { try StoreInspector(path: folder.file()) }

    @Test("shows how the channels stand, and how far they have taken in")
    func channels() throws {
        let connection = ChannelReport.Connection(state: .connected, since: .epoch)
        let reports = ["main", "back"].map {
            ChannelReport(name: $0, transport: "kafka", process: "order", sending: connection, takingIn: connection)
        }
        let place = SourcePlaceRow(channel: "main", topic: "order.events", partition: 1, next: 8)
        try commit(
            [],
            try reports.map { .putChannel(name: $0.name, description: try JSONEncoder().encode($0)) }
                + [.putSourcePlace(place)])
        #expect(try inspector().channels() == [reports[1], reports[0]])
        #expect(try inspector().sourcePlaces(channel: "main") == [place])
        #expect(try inspector().sourcePlaces(channel: "back") == [])
    }

    @Test("names the channel whose report cannot be read")
    func unreadable() throws {
        try commit([], [.putChannel(name: "main", description: Data("{".utf8))])
        let error = #expect(throws: StoreError.self) { try inspector().channels() }
        #expect(error?.code == .corrupt && error?.message.contains("'main'") == true)
    }

    @Test("knows what they declare, and asks of this store only what its own components do")
    func catalogue() throws {
        let shop = CatalogueEntry(
            component: "shop",
            publishes: [
                .init(name: "shop.placed", kind: .event, version: "1.0.0", mode: .localStore),
                .init(name: "shop.closed", kind: .event, version: "1.0.0", mode: .localStore),
            ],
            consumes: [.init(name: "bank.paid", kind: .event, since: "1.0.0", by: "handler")], definitions: [],
            projections: [], systems: ["mail"])
        let bank = CatalogueEntry(
            component: "bank",
            publishes: [
                .init(name: "bank.paid", kind: .event, version: "1.0.0", mode: .localStore),
                .init(name: "bank.audited", kind: .event, version: "1.0.0", mode: .localStore),
            ],
            consumes: [
                .init(name: "shop.placed", kind: .event, since: "1.0.0", by: "handler"),
                .init(name: "rates.changed", kind: .event, since: "1.0.0", by: "handler"),
            ], definitions: [], projections: [], systems: ["swift"], channel: "main", process: "bank")
        var placed = envelope("placed")
        placed.metadata.name = "shop.placed"
        try commit(
            [Outgoing(placed)],
            try [shop, bank].map {
                .putCatalogue(component: $0.component, description: try JSONEncoder().encode($0))
            })
        let report = try inspector().catalogue()
        #expect(report.components == [bank, shop])
        #expect(report.orphans.map(\.name) == ["shop.closed"])
        #expect(try inspector().systems() == ["mail"])
        #expect(try inspector().message(placed.id)?.handling == [], "nobody here takes it")
    }
}
