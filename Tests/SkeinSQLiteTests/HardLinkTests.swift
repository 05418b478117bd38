import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("A store with a hard link")
struct HardLinkTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SQLiteStore(path: folder.file()).close()
        try FileManager.default.linkItem(atPath: folder.file(), toPath: folder.file("other.db"))
    }

    @Test(
        "is opened under neither name, and under the first when the second is gone", arguments: ["shop.db", "other.db"])
    func opening(name: String) throws {
        let error = #expect(throws: StoreError.self) { try SQLiteStore(path: folder.file(name)).close() }
        #expect(error?.code == .linked)
        let path = folder.file(name)
        #expect(error?.message.contains("\(path) has 2 names (hard links)") == true)
        #expect(error?.message.contains("find FOLDER -samefile \(path)") == true)
        try FileManager.default.removeItem(atPath: folder.file("other.db"))
        try SQLiteStore(path: folder.file()).close()
    }

    @Test("is refused by reading tools", arguments: ["shop.db", "other.db"])
    func reading(name: String) throws {
        let error = #expect(throws: StoreError.self) { try StoreInspector(path: folder.file(name)).close() }
        #expect(error?.code == .linked)
    }

    @Test("stays unchanged, with the unwritten commits of a killed owner")
    func afterCrash() throws {
        try FileManager.default.removeItem(atPath: folder.file("other.db"))
        let store = try SQLiteStore(path: folder.file())
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("a"))])]))
        let copy = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.file() + suffix, toPath: copy.file() + suffix)
        }
        try store.close()
        try FileManager.default.linkItem(atPath: copy.file(), toPath: copy.file("other.db"))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: copy.file()))
        #expect(throws: StoreError.self) { try SQLiteStore(path: copy.file("other.db")).close() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: copy.file())) == bytes)
        try FileManager.default.removeItem(atPath: copy.file("other.db"))
        let again = try SQLiteStore(path: copy.file())
        #expect(try again.makeReader().record(at: 1)?.envelope == envelope("a"))
        try again.close()
    }
}
