import ChildPrograms
import GRDB
import SkeinCore
import SkeinOperator
import SkeinStorage
import Synchronization
import Testing

@testable import SkeinSQLite

@Suite("The origin of a message in SQLite")
struct OriginTests {
    private let folder: TemporaryFolder
    private let origin = ChannelOrigin(channel: "main", topic: "order/events", partition: 2, offset: 7, messageID: "m")

    init() throws { folder = try TemporaryFolder() }

    private func append(_ id: String, _ origin: ChannelOrigin?, to store: SQLiteStore) throws {
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope(id), origin: origin)])]))
    }

    private func execute(_ sql: String) throws {
        try DatabaseQueue(path: folder.file()).write { try $0.execute(sql: sql) }
    }

    @Test("is one column, empty for a message that was written here or comes from the outbox")
    func column() throws {
        let store = try SQLiteStore(path: folder.file())
        try append("came", origin, to: store)
        try append("own", nil, to: store)
        try DatabaseQueue(path: folder.file()).write { db in
            let binds = try OutboxStatement.binds(for: envelope("driver")).map { bind -> DatabaseValue in
                switch bind {
                case .text(let text): text.databaseValue
                case .integer(let number): number.databaseValue
                case .blob(let data): data.databaseValue
                case .null: .null
                }
            }
            try db.execute(sql: OutboxStatement.sql, arguments: StatementArguments(binds))
        }
        #expect(try store.relayOutbox().map(\.origin) == [nil])
        let texts = try store.database.read { try String?.fetchAll($0, sql: "SELECT origin FROM event ORDER BY id") }
        #expect(texts == ["main/order%2Fevents/2/7/m", nil, nil])
        #expect(try StoreInspector(path: folder.file()).messages().map(\.origin) == [nil, nil, origin])
    }

    @Test("is unknown where its text cannot be read, and the runtime goes on")
    func unreadable() async throws {
        let store = try SQLiteStore(path: folder.file())
        try append("came", origin, to: store)
        try append("next", nil, to: store)
        try execute("UPDATE event SET origin = 'main/order.events/2/x' WHERE id = 'came'")
        let unknown = ChannelOrigin(stored: "main/order.events/2/x")
        #expect(unknown.isUnknown)
        #expect(try store.makeReader().records(after: 0, limit: 9).map(\.origin) == [unknown, nil])
        #expect(try StoreInspector(path: folder.file()).message(MessageID("came"))?.message.origin == unknown)
        struct Placed: Event { static let name: MessageName = "order.placed" }
        let heard = Mutex<[String]>([])
        let runtime = try Runtime(
            store: store,
            Component("shop", from: .beginning) {
                Handle(Placed.self) { _, context in heard.withLock { $0.append("\(context.envelope.id)") } }
            })
        try await runtime.run { _ in }
        #expect(heard.withLock { $0 } == ["came", "next"])
    }

    /// A store of the version before origins, with one message.
    private func makeEarlier() throws {
        try DatabaseQueue(path: folder.file()).write { db in
            for statement in Schema.migrations[..<6].joined() { try db.execute(sql: statement) }
            try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            try db.execute(sql: "PRAGMA user_version = 6")
            try db.execute(
                sql: """
                    INSERT INTO event(position, topic, partition, id, kind, audience, type, version, source, subject,
                        time, correlation_id, content_type, payload)
                    VALUES (1, 'order', 1, 'old', 'event', 'domain', 'order.placed', '1.0.0', 'order', '4711', 0, 'old',
                        'application/json', X'7B7D')
                    """)
        }
    }

    @Test("is missing in a store of an earlier schema, which a reading tool reads without changing it")
    func earlierRead() throws {
        try makeEarlier()
        let inspector = try StoreInspector(path: folder.file())
        #expect(try inspector.messages().map(\.id.rawValue) == ["old"])
        #expect(try inspector.message(MessageID("old"))?.message.origin == nil)
        #expect(try inspector.lastPosition() == 1)
        #expect(try inspector.sourcePlaces(channel: "main").isEmpty)
        #expect(try inspector.channels().isEmpty)
        let version = try DatabaseQueue(path: folder.file()).read { try Int32.fetchOne($0, sql: "PRAGMA user_version") }
        #expect(version == 6)
    }

    @Test("is missing for messages that an earlier version has stored, and there for those that come")
    func earlierOpened() throws {
        try makeEarlier()
        let store = try SQLiteStore(path: folder.file())
        try append("old", origin, to: store)
        try append("new", origin, to: store)
        let log = try store.makeReader().records(after: 0, limit: 9)
        #expect(log.map(\.envelope.id.rawValue) == ["old", "new"])
        #expect(log.map(\.origin) == [nil, origin])
        #expect(try store.integrityCheck() == [])
    }
}
