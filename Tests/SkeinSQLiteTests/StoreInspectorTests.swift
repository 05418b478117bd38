import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import Testing

@Suite("A store inspector")
struct StoreInspectorTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func append(_ store: SQLiteStore, _ ids: String...) throws {
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: ids.map { Outgoing(envelope($0)) })]))
    }

    @Test("sees what the owner commits, as soon as it is committed")
    func owned() throws {
        let store = try SQLiteStore(path: folder.file())
        let inspector = try StoreInspector(path: folder.file())
        #expect(inspector.owner?.pid == getpid())
        let version = try inspector.dataVersion()
        try append(store, "a", "b")
        #expect(try inspector.messages().map(\.id.rawValue) == ["b", "a"])
        #expect(try inspector.dataVersion() != version)
    }

    @Test(
        "reads a store that nobody owns, in a folder where nothing can be written, under any name",
        arguments: [
            "shop.db", "50%20 off?#.db", "Größe.db",
        ])
    func atRest(name: String) throws {
        let store = try SQLiteStore(path: folder.file(name))
        try append(store, "a")
        try store.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("")).sorted()
        let inspector = try StoreInspector(path: folder.file(name))
        #expect(inspector.owner == nil)
        #expect(try inspector.messages().map(\.id.rawValue) == ["a"])
        #expect(try inspector.check().findings == [])
        inspector.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("")).sorted() == names)
    }

    @Test("reads what a killed owner had committed and not yet written back")
    func leftBehind() throws {
        let store = try SQLiteStore(path: folder.file())
        try append(store, "a")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.file() + suffix, toPath: folder.file("copy.db") + suffix)
        }
        #expect(try StoreInspector(path: folder.file("copy.db")).messages().map(\.id.rawValue) == ["a"])
    }

    @Test("finds nothing wrong with the mailbox of an ended instance, which is still to be removed")
    func endedWithMailbox() throws {
        let store = try SQLiteStore(path: folder.file())
        let instance = InstanceRow(
            id: 1, component: "shop", process: "order", key: "a", version: 1, notation: .code, status: .canceled,
            shard: 0, seed: Seed(high: 1, low: 2), correlationID: MessageID("c"), startedAt: Timestamp(microseconds: 0))
        let entries = [1, 2].map {
            StoreWrite.putMailbox(MailboxRow(seq: 1, instance: $0, component: "shop", input: Data()))
        }
        for write in [.putInstance(instance), entries[0]] {
            _ = try store.commit(CommitBatch(units: [CommitUnit(writes: [write])]))
        }
        try store.close()
        #expect(try StoreInspector(path: folder.file()).check().findings == [])
        let broken = try SQLiteStore(path: folder.file())
        _ = try broken.commit(CommitBatch(units: [CommitUnit(writes: [entries[1]])]))
        try broken.close()
        let findings = try StoreInspector(path: folder.file()).check().findings
        #expect(findings.map(\.check) == ["no mailbox without an instance"])
    }

    @Test("refuses what is no store", arguments: ["missing", "empty", "text", "folder", "other"])
    func refused(kind: String) throws {
        let file = folder.file(kind)
        switch kind {
        case "empty": try Data().write(to: URL(fileURLWithPath: file))
        case "text": try Data("some text of a few words".utf8).write(to: URL(fileURLWithPath: file))
        case "folder": try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
        case "other":
            let queue = try DatabaseQueue(path: file)
            try queue.write { try $0.execute(sql: "CREATE TABLE cat(name)") }
            try queue.close()
        default: break
        }
        let error = #expect(throws: StoreError.self) { try StoreInspector(path: file) }
        #expect(error?.code == (kind == "missing" ? .notFound : .notAStore))
        #expect(error?.message.contains(file) == true)
    }
}
