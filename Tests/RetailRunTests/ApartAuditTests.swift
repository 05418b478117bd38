import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import SkeinStorage
import Testing

@testable import RetailRun

@Suite("The audit of a folder", .fewAtATime)
struct ApartAuditTests {
    private let folder: TemporaryFolder
    private var shop: ShopFolder { ShopFolder(folder.path) }

    init() throws { folder = try TemporaryFolder() }

    private static func event(_ id: String, _ name: String, about subject: String) -> Envelope {
        Envelope(
            time: .epoch,
            metadata: .init(
                id: MessageID(id), kind: .event, name: MessageName(stringLiteral: name),
                version: SchemaVersion(1, 0, 0), source: String(name.prefix { $0 != "." }), subject: subject),
            context: .init(correlationID: MessageID(id)), payload: Payload(bytes: Data(#"{"orderID":"1"}"#.utf8)))
    }

    /// The file of a part with a component of that name, and what it has written and recorded.
    private func make(_ part: String, written: [Envelope], recorded: [Envelope]) async throws {
        let store = try SQLiteStore(path: shop.file(of: part))
        try WorldFolder(shop.world).prepare()
        try WorldFolder(shop.world).claim(for: store, ofPartAt: shop.file(of: part))
        var configuration = RuntimeConfiguration()
        configuration.closesStore = false
        let runtime = try Runtime(store: store, configuration: configuration, components: [Component(part) {}])
        runtime.start()
        await runtime.stop()
        let origin = ChannelOrigin(channel: "shop", topic: "events", partition: 0, offset: 7)
        let appends = recorded.map { Outgoing($0, origin: origin) } + written.map { Outgoing($0) }
        // The relay has passed them all.
        let sent = PositionRow(subscription: "relay/shop", position: 1000)
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: appends)], positions: { _ in [sent] }))
        try store.close()
    }

    /// Three parts between which everything has arrived: an order, its end, and two notes about it.
    private func makeShop() async throws {
        let placed = Self.event("placed", "checkout.orderPlaced", about: "1")
        let notes = ["note-1", "note-2"].map { Self.event($0, "order.noted", about: "1") }
        let end = Self.event("end", "order.fulfilled", about: "1")
        try await make("checkout", written: [placed], recorded: notes + [end])
        try await make("order", written: notes + [end], recorded: [placed])
        try await make("card", written: [], recorded: notes + [placed, end])
    }

    private func change(_ part: String, _ sql: String) throws {
        let database = try DatabaseQueue(path: shop.file(of: part))
        try database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    /// What was found between the parts; the order was never picked, which does not matter here.
    private func audit() throws -> (summary: AuditSummary, broken: [BrokenPromise.Promise]) {
        let summary = Audit.summary(of: try StoreFacts.read(shop), calls: [], kills: 0)
        return (summary, summary.broken.map(\.promise).filter { $0 != .deliveredOnce })
    }

    @Test("counts a message once that several files have")
    func once() async throws {
        try await makeShop()
        let (summary, broken) = try audit()
        #expect(broken == [] && summary.parts == ["card", "checkout", "order"])
        #expect(summary.orders.placed == 1 && summary.orders.fulfilled == 1)
        #expect(summary.messages == 4 && summary.transfers == 8 && summary.onTheirWay == 0)
    }

    @Test("finds what a part has not recorded, once all orders have ended")
    func undelivered() async throws {
        try await makeShop()
        try change("card", "DELETE FROM event WHERE id = 'note-2'")
        #expect(try audit().broken == [.delivered])
        #expect(try audit().summary.onTheirWay == 1)
        // An order that goes on explains why something is on its way.
        for part in ["card", "checkout", "order"] { try change(part, "DELETE FROM event WHERE id = 'end'") }
        #expect(try !audit().broken.contains(.delivered))
        #expect(try audit().summary.onTheirWay == 1)
    }

    @Test(
        "blames nobody for what waits to leave, or for a channel that is suspended",
        arguments: [
            ("order", "UPDATE position SET position = 0 WHERE subscription = 'relay/shop'", []),
            ("order", "DELETE FROM position WHERE subscription = 'relay/shop'", []),
            (
                "order", "UPDATE position SET position = 0, completed = '1-1000' WHERE subscription = 'relay/shop'",
                [.delivered]
            ),
            (
                "order",
                "INSERT INTO parked(subscription, key, position, state, attempts, concerns, at) "
                    + "SELECT 'relay/shop', '1', position, 'retrying', 1, '', 0 FROM event WHERE id = 'note-2'", []
            ),
            (
                "order",
                "INSERT INTO parked(subscription, key, position, state, attempts, concerns, at) "
                    + "SELECT 'relay/shop', '1', position, 'skipped', 1, '', 0 FROM event WHERE id = 'note-2'",
                [.delivered]
            ),
            ("card", "INSERT INTO held VALUES ('channel/shop', 0)", []),
            ("card", "INSERT INTO held VALUES ('channel/other', 0)", [.delivered]),
        ] as [(String, String, [BrokenPromise.Promise])])
    func waiting(part: String, sql: String, expected: [BrokenPromise.Promise]) async throws {
        try await makeShop()
        try change("card", "DELETE FROM event WHERE id = 'note-2'")
        try change(part, sql)
        #expect(try audit().broken == expected)
        #expect(try audit().summary.onTheirWay == 1)
    }

    @Test("finds what nobody has written, and what was recorded otherwise")
    func unwritten() async throws {
        try await makeShop()
        try change("order", "DELETE FROM event WHERE id = 'note-1'")
        #expect(try audit().broken == [.asWritten, .asWritten])
        try change("order", "UPDATE event SET payload = CAST('{}' AS BLOB) WHERE id = 'note-2'")
        #expect(try audit().broken == [.asWritten, .asWritten, .asWritten, .asWritten])
    }

    @Test("finds a part that has recorded the messages of a subject in another order")
    func disorder() async throws {
        try await makeShop()
        try change(
            "card",
            """
            UPDATE event SET position = 100 WHERE id = 'note-1';
            """)
        #expect(try audit().broken == [.inOrder])
    }

    @Test("finds what is wrong in a single file: an outcome too many, damage, incidents")
    func singleFile() async throws {
        try await makeShop()
        try change(
            "order", "INSERT INTO incident(component, kind, cause, error, at) VALUES ('order', 'a', 'b', 'c', 0)")
        try await make("payment", written: [Self.event("again", "order.canceled", about: "1")], recorded: [])
        let broken = try audit().broken
        #expect(broken.contains(.noIncidents) && broken.contains(.oneOutcome))
    }

    @Test("is made by the command, with the world in the folder")
    func command() async throws {
        try await makeShop()
        func run(_ options: String...) async throws -> (code: Int32, output: String) {
            try await BuiltProgram("retail", ["audit", "--store", folder.path] + options).finish()
        }
        let (code, output) = try await run("--text")
        #expect(code == 1)
        #expect(output.contains("The parts of the shop (card, checkout, order) kept files of their own:"))
        #expect(output.contains("messages between them      8   each recorded once, as written, in order"))
        try change("card", "DELETE FROM event WHERE id = 'note-2'")
        #expect(try await run("--text").output.contains("order has written order.noted about 1, and card has not"))
        // A file of another shop in the folder.
        try change("card", "UPDATE shop_identity SET id = 'another'")
        #expect(try await run().code == 64)
    }

    @Test("says so where there are no files of parts")
    func empty() async throws {
        let (code, errors) = try await BuiltProgram.refusal("retail", ["audit", "--store", folder.path])
        #expect(code == 66 && errors.contains("there is no file of a part of a shop in '\(folder.path)'"), "\(errors)")
        let nowhere = folder.file("nowhere")
        let missing = try await BuiltProgram.refusal("retail", ["audit", "--store", nowhere])
        #expect(missing.code == 66 && missing.errors.contains("there is no store at \(nowhere)"), "\(missing)")
        try Data().write(to: URL(fileURLWithPath: nowhere))
        let file = try await BuiltProgram.refusal("retail", ["audit", "--store", nowhere])
        #expect(file.code == 64 && file.errors.contains("Missing expected argument '--world"), "\(file)")
    }

    @Test("refuses a folder in which the file of a part lies twice")
    func copy() async throws {
        try await makeShop()
        let names = [shop.file(of: "card"), shop.file(of: "card-backup")]
        try FileManager.default.copyItem(atPath: names[0], toPath: names[1])
        let (code, errors) = try await BuiltProgram.refusal("retail", ["audit", "--store", folder.path])
        #expect(code == 64 && errors.contains("one of them is a copy"), "\(errors)")
        #expect(names.allSatisfy { errors.contains($0) }, "\(errors)")
    }
}
