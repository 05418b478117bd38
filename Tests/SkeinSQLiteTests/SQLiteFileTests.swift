import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import Testing

@testable import SkeinSQLite

@Suite("A SQLite store's file")
struct SQLiteFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("what was committed is there when the store is opened again")
    func reopen() throws {
        let store: SQLiteStore = try .sqlite(folder.file())
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("a"))])]))
        try store.close()
        let again: SQLiteStore = try .sqlite(folder.file(), durability: .relaxed)
        #expect(try again.makeReader().records(after: 0, limit: 10).map(\.envelope) == [envelope("a")])
        #expect(try again.integrityCheck() == [])
    }

    @Test("a second opening names the owner and leaves the first working")
    func owned() throws {
        let store: SQLiteStore = try .sqlite(folder.file())
        store.announce(socket: "/run/skein.sock")
        let error = #expect(throws: StoreError.self) { try SQLiteStore(path: folder.file()) }
        #expect(error?.code == .owned)
        #expect(error?.message.contains("\(getpid())") == true)
        #expect(StoreOwner.current(of: folder.file()) == currentOwner(socket: "/run/skein.sock"))
        #expect(try store.makeReader().highWater() == HighWater())
        try store.close()
        #expect(StoreOwner.current(of: folder.file()) == nil)
        try SQLiteStore(path: folder.file()).close()
    }

    private func currentOwner(socket: String) -> StoreOwner? {
        let text = #"{"pid":\#(getpid()),"socket":"\#(socket)"}"#
        return try? JSONDecoder().decode(StoreOwner.self, from: Data(text.utf8))
    }

    @Test("a file has one owner under all its names")
    func symbolicLink() throws {
        let store = try SQLiteStore(path: folder.file())
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("other.db"), withDestinationPath: folder.file())
        #expect(openingError(folder.file("other.db"))?.code == .owned)
        #expect(openingError(folder.path + "/./shop.db")?.code == .owned)
        #expect(StoreOwner.current(of: folder.file("other.db"))?.pid == getpid())
        try store.close()
    }

    @Test("a copy of the file and its log, without anything else, is a whole store")
    func copied() throws {
        let store = try SQLiteStore(path: folder.file())
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("a"))])]))
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: folder.file() + suffix, toPath: folder.file("copy.db") + suffix)
        }
        let copy = try SQLiteStore(path: folder.file("copy.db"))
        #expect(try copy.makeReader().record(at: 1)?.envelope == envelope("a"))
        #expect(try copy.integrityCheck() == [])
    }

    @Test("an owner file that a crashed process left behind does not matter")
    func staleOwner() throws {
        try Data(#"{"pid":1}"#.utf8).write(to: URL(fileURLWithPath: folder.file() + ".owner"))
        #expect(StoreOwner.current(of: folder.file()) == nil)
        try SQLiteStore(path: folder.file()).close()
    }

    @Test("a text file is refused and left as it is")
    func textFile() throws {
        let text = Data("this is a letter to my aunt, and no database".utf8)
        try text.write(to: URL(fileURLWithPath: folder.file()))
        #expect(openingError()?.code == .notAStore)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file())) == text)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["shop.db"])
    }

    @Test("another application's database is refused and left as it is")
    func foreignDatabase() throws {
        try DatabaseQueue(path: folder.file()).write { try $0.execute(sql: "CREATE TABLE letter(text TEXT)") }
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file()))
        #expect(openingError()?.code == .notAStore)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file())) == before)
    }

    @Test("an empty file and an empty database become stores")
    func empty() throws {
        try Data().write(to: URL(fileURLWithPath: folder.file("zero.db")))
        try SQLiteStore(path: folder.file("zero.db")).close()
        try DatabaseQueue(path: folder.file("empty.db")).write { try $0.execute(sql: "PRAGMA user_version = 0") }
        try SQLiteStore(path: folder.file("empty.db")).close()
    }

    @Test("a newer schema is refused with both versions")
    func newerSchema() throws {
        try SQLiteStore(path: folder.file()).close()
        try DatabaseQueue(path: folder.file()).write { try $0.execute(sql: "PRAGMA user_version = 99") }
        let error = openingError()
        #expect(error?.code == .newerSchema)
        #expect(
            error?.message.contains("99") == true && error?.message.contains("up to \(Schema.currentVersion)") == true)
    }

    /// A store as an earlier version of the schema had it: an activity and a message that incidents hold, an activity
    /// and a message that are being tried, and one of each that has never failed.
    private func makeEarlier(_ version: Int) throws -> String {
        let path = folder.file()
        try DatabaseQueue(path: path).write { db in
            for statement in Schema.migrations[..<version].joined() { try db.execute(sql: statement) }
            try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            try db.execute(sql: "PRAGMA user_version = \(version)")
            let columns = "id, component, kind, instance, seq, subscription, key, position, cause, error, at"
            try db.execute(
                sql: """
                    INSERT INTO incident(\(columns))
                    VALUES (1, 'shop', 'activity', 7, 1, NULL, NULL, NULL, 'fetch', 'broken', 0),
                        (2, 'shop', 'handler', NULL, NULL, 's', 'k', 5, 'h', 'broken', 0)
                    """)
            try db.execute(
                sql: """
                    INSERT INTO activity VALUES (7, 1, 'shop', 'fetch', 'a', 10, NULL, 3, 'broken', NULL, 0),
                        (7, 2, 'shop', 'fetch', 'b', 1, 9, 4, 'broken', NULL, 0),
                        (7, 3, 'shop', 'fetch', 'c', 0, 9, 5, NULL, NULL, 0)
                    """)
            try db.execute(
                sql: """
                    INSERT INTO parked VALUES ('s', 'k', 5, 'incident', 10, NULL, 'broken', NULL, '', 6),
                        ('s', 'k', 6, 'behind', 0, NULL, NULL, NULL, '', 7),
                        ('s', 'l', 7, 'retrying', 3, 9, 'broken', NULL, '', 8),
                        ('s', 'm', 8, 'deadLetter', 0, NULL, 'x', NULL, '', 5),
                        ('s', 'm', 9, 'behind', 0, NULL, NULL, NULL, '', 6),
                        ('s', 'm', 10, 'behind', 0, NULL, NULL, NULL, '', 7)
                    """)
        }
        return path
    }

    @Test("a store of an earlier schema is brought up to date, with all that it holds", arguments: [1, 2])
    func earlierSchema(version: Int) throws {
        let path = try makeEarlier(version)
        let store = try SQLiteStore(path: path)
        let reader = try store.makeReader()
        #expect(try reader.openIncidents(of: 7).map(\.cause) == ["fetch"])
        #expect(try reader.openIncidents(cause: "fetch", after: 0, limit: 9).map(\.id) == [1])
        let activities = try reader.activities(of: 7)
        #expect(activities.map { $0.failingSince?.microseconds } == [3, 4, nil])
        #expect(activities.map(\.incident) == [1, nil, nil])
        let parked = try ["k", "l"].flatMap { try reader.parked(subscription: "s", key: $0, after: 0, limit: 9) }
        #expect(parked.map { $0.failingSince?.microseconds } == [6, nil, 8])
        #expect(parked.map(\.incident) == [2, nil, nil])
        let due = try reader.parkedDue(subscription: "s", after: .start, limit: 9)
        #expect(due.map(\.position) == [9, 7], "the lowest message of a key has a time")
        #expect(due.map { $0.nextAt?.microseconds } == [6, 9])
        try store.close()
        let current = try DatabaseQueue(path: path).read { try Int32.fetchOne($0, sql: "PRAGMA user_version") }
        #expect(current == Schema.currentVersion)
    }

    @Test("a reading tool reads a store of an earlier schema without changing it", arguments: [1, 2])
    func earlierSchemaRead(version expected: Int32) throws {
        let path = try makeEarlier(Int(expected))
        let inspector = try StoreInspector(path: path)
        #expect(try inspector.incidents().map(\.cause) == ["h", "fetch"])
        #expect(try inspector.incidents().allSatisfy { $0.failingSince == nil && $0.nextAttempt == nil })
        #expect(try inspector.parkedKeys().map(\.state) == ["incident", "retrying", "deadLetter", "behind"])
        let version = try DatabaseQueue(path: path).read { try Int32.fetchOne($0, sql: "PRAGMA user_version") }
        #expect(version == expected)
    }

    @Test("a protected file, and a file in a protected folder, are refused", arguments: ["file", "folder"])
    func readOnly(what: String) throws {
        try SQLiteStore(path: folder.file()).close()
        let path = what == "file" ? folder.file() : folder.path
        let mode = what == "file" ? 0o444 : 0o555
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect(openingError()?.code == .readOnly)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    @Test("a missing folder, a folder and no name at all are refused")
    func notFound() throws {
        #expect(openingError(folder.file("no/such/store.db"))?.code == .notFound)
        #expect(openingError(folder.path)?.code == .notAStore)
        #expect(openingError("")?.code == .notFound)
        #expect(openingError(":memory:")?.code == .notFound)
    }

    @Test("a damaged file is reported as damaged")
    func damaged() throws {
        let store = try SQLiteStore(path: folder.file())
        let appends = (0..<500).map { Outgoing(envelope("\($0)")) }
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: appends)]))
        try store.close()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: folder.file()))
        let size = try handle.seekToEnd()
        for page in stride(from: UInt64(4096), to: size, by: 4096) {
            try handle.seek(toOffset: page)
            try handle.write(contentsOf: Data(repeating: 0xA5, count: 512))
        }
        try handle.close()
        #expect(openingError()?.code == .corrupt)
    }

    @Test("an owned file can be read by others")
    func readByOthers() throws {
        let store = try SQLiteStore(path: folder.file())
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("a"))])]))
        var configuration = Configuration()
        configuration.readonly = true
        let other = try DatabaseQueue(path: folder.file(), configuration: configuration)
        #expect(try other.read { try String.fetchAll($0, sql: "SELECT id FROM event") } == ["a"])
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("b"))])]))
        #expect(try other.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM event") } == 2)
    }

    @Test("a closed store and its readers say that they are closed")
    func closed() throws {
        let store = try SQLiteStore(path: folder.file())
        let reader = try store.makeReader()
        try store.close()
        try store.close()
        #expect(throws: StoreError.self) { try store.commit(CommitBatch(units: [])) }
        #expect(throws: StoreError.self) { try store.makeReader() }
        let error = #expect(throws: StoreError.self) { try reader.highWater() }
        #expect(error?.code == .closed)
    }

    private func openingError(_ path: String? = nil) -> StoreError? {
        do {
            try SQLiteStore(path: path ?? folder.file()).close()
            return nil
        } catch {
            return error as? StoreError
        }
    }
}
