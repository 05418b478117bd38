import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import Synchronization
import Testing

@Suite("The outbox of other drivers")
struct SQLiteOutboxTests {
    let folder: TemporaryFolder
    let store: SQLiteStore
    /// Stands for another driver: a connection that knows nothing of the store.
    let driver: DatabaseQueue
    let reported = Reported()

    final class Reported: Sendable {
        let positions = Mutex<[Int64]>([])
    }

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder.file())
        driver = try DatabaseQueue(path: folder.file())
        store.observeAppends { [reported] records in
            reported.positions.withLock { $0 += records.map(\.position) }
        }
    }

    private func insert(_ envelopes: [Envelope], rollback: Bool = false) throws {
        try driver.inTransaction { db in
            for envelope in envelopes {
                let binds = try OutboxStatement.binds(for: envelope)
                try db.execute(sql: OutboxStatement.sql, arguments: StatementArguments(binds.map(Self.value)))
            }
            return rollback ? .rollback : .commit
        }
    }

    private static func value(_ bind: OutboxStatement.Bind) -> DatabaseValue {
        switch bind {
        case .text(let text): text.databaseValue
        case .integer(let number): number.databaseValue
        case .blob(let data): data.databaseValue
        case .null: .null
        }
    }

    private func full(_ id: String) throws -> Envelope {
        var envelope = envelope(id)
        envelope.context.causationID = MessageID("cause")
        envelope.context.user = "Kermit"
        envelope.context.recipient = "payment"
        envelope.context.trace = try TraceContext(
            parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", state: "a=b")
        envelope.context.extensions = ["flag": .boolean(true), "count": .integer(-1), "text": .string("x")]
        envelope.context.assets = [.url("https://example.org", type: "image"), .resource(id: "7", type: "order")]
        return envelope
    }

    @Test("is moved into the log by the next commit, before the commit's own messages")
    func commit() throws {
        try insert([envelope("a"), full("b")])
        try insert([envelope("gone")], rollback: true)
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("own"))])]))
        let log = try store.makeReader().records(after: 0, limit: 9)
        #expect(try log.map(\.envelope) == [envelope("a"), full("b"), envelope("own")])
        #expect(reported.positions.withLock { $0 } == [1, 2, 3])
        #expect(try driver.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox") } == 0)
    }

    @Test("is moved when a runtime starts, but for commands that none of its components owns")
    func start() async throws {
        try insert([envelope("event"), command("good", "till.charge"), command("bad", "nobody.charge")])
        let heard = Mutex<[String]>([])
        struct Charge: Command { static let name: MessageName = "till.charge" }
        let runtime = try Runtime(
            store: store,
            Component("till") {
                Handle(Charge.self) { _, context in heard.withLock { $0.append("\(context.envelope.id)") } }
            })
        try await runtime.run { _ in }
        #expect(heard.withLock { $0 } == ["good"])
        let errors = try await driver.read { try String.fetchAll($0, sql: "SELECT error FROM outbox ORDER BY seq") }
        #expect(errors == ["the command 'nobody.charge' has no owner: no component of this runtime handles it"])
    }

    private func command(_ id: String, _ name: MessageName) -> Envelope {
        Envelope(
            time: .epoch,
            metadata: .init(
                id: MessageID(id), kind: .command, name: name, version: "1.0.0", source: "web", subject: "s"),
            context: .init(correlationID: MessageID(id)), payload: Payload(bytes: Data("{}".utf8)))
    }

    @Test("is moved on demand, in pieces and in order, each message once")
    func onDemand() throws {
        try insert((0..<5).map { envelope("m\($0)") })
        try insert([envelope("m0")])
        #expect(try store.relayOutbox(limit: 3).map(\.envelope.id.rawValue) == ["m0", "m1", "m2"])
        #expect(try store.relayOutbox().map(\.position) == [4, 5])
        #expect(try store.relayOutbox().isEmpty)
        #expect(reported.positions.withLock { $0 } == [1, 2, 3, 4, 5])
    }

    @Test("keeps a row that is no message, with the reason, and moves the others")
    func malformed() throws {
        try insert([envelope("a"), envelope("b"), envelope("c")])
        try driver.write { db in
            try db.execute(sql: "UPDATE outbox SET version = 'newest' WHERE id = 'a'")
            try db.execute(sql: "UPDATE outbox SET headers = '{' WHERE id = 'b'")
        }
        #expect(try store.relayOutbox().map(\.envelope.id.rawValue) == ["c"])
        let errors = try driver.read { try String.fetchAll($0, sql: "SELECT error FROM outbox ORDER BY seq") }
        #expect(errors.count == 2 && errors[0].contains("newest"))
        #expect(try store.relayOutbox().isEmpty)
    }
}
