import ChildPrograms
import Foundation
import SkeinCore
import SkeinMessages
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

    @Test("tells by the rule of the relay what waits to leave, also after a component elsewhere was exchanged")
    func waiting() throws {
        let connection = ChannelReport.Connection(state: .disconnected, since: .epoch)
        let reports = [("main", ["bank"]), ("back", ["stock"])].map { name, remotes in
            ChannelReport(
                name: name, transport: "kafka", process: "shop", sending: connection, takingIn: connection,
                remotes: remotes)
        }
        // No channel leads to the attic any more; the bank has not said yet what it owns.
        let entries = [("attic", "bank.pay", "main"), ("stock", "shop.pick", "back"), ("shop", "shop.close", nil)]
        try commit(
            commands("bank.pay", "shop.pick", "shop.close", "attic.open") + [answer(to: "bank"), answer(to: nil)],
            try reports.map { .putChannel(name: $0.name, description: try JSONEncoder().encode($0)) }
                + entries.map { component, command, channel in
                    let entry = CatalogueEntry(
                        component: component, publishes: [],
                        consumes: [.init(name: command, kind: .command, since: "1.0.0", by: "handler")],
                        definitions: [], projections: [], channel: channel)
                    return .putCatalogue(component: component, description: try JSONEncoder().encode(entry))
                })
        let waiting = try inspector().relays().map { $0.waiting.map { "\($0.count) of \($0.destination)" } }
        let answers = "1 of the replies to till"
        #expect(waiting == [["1 of the commands to stock", answers], ["1 of the commands to bank", answers]])
    }

    /// An answer to a question that came by a channel that is not there any more.
    private func answer(to component: String?) -> Outgoing {
        var answer = envelope("answer to \(component ?? "nobody")")
        answer.metadata.kind = .document
        answer.context.recipient = component
        answer.context.extensions[ChannelRoute.replyTo] = .string("old/till")
        return Outgoing(answer)
    }

    private func commands(_ names: MessageName...) -> [Outgoing] {
        names.map { name in
            var command = envelope(name.rawValue)
            (command.metadata.kind, command.metadata.name) = (.command, name)
            return Outgoing(command)
        }
    }
}
