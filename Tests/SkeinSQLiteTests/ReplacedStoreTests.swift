import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("An open store whose files are removed or replaced")
struct ReplacedStoreTests {
    /// What somebody does to the files beneath an owner.
    enum Deed: String, CaseIterable, Sendable {
        case moved, removed, replaced, logRemoved, indexRemoved, folderMoved, folderRemoved

        var says: String {
            switch self {
            case .moved, .removed: "the store was removed or moved while the store was open"
            case .replaced: "the store was replaced by another file while the store was open"
            case .logRemoved: "shop.db-wal, was removed or moved while the store was open"
            case .indexRemoved: "shop.db-shm, was removed or moved while the store was open"
            case .folderMoved, .folderRemoved: "was removed or moved while the store was open"
            }
        }
    }

    let folder: TemporaryFolder
    private var path: String { folder.file("data/shop.db") }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("data"), withIntermediateDirectories: true)
    }

    private func append(_ store: SQLiteStore, _ id: String) throws {
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope(id))])]))
    }

    private func carryOut(_ deed: Deed) throws {
        let files = FileManager.default
        switch deed {
        case .moved: try files.moveItem(atPath: path, toPath: folder.file("kept.db"))
        case .removed: try files.removeItem(atPath: path)
        case .replaced:
            try SQLiteStore(path: folder.file("other.db")).close()
            #expect(rename(folder.file("other.db"), path) == 0)
        case .logRemoved: try files.removeItem(atPath: path + "-wal")
        case .indexRemoved: try files.removeItem(atPath: path + "-shm")
        case .folderMoved: try files.moveItem(atPath: folder.file("data"), toPath: folder.file("kept"))
        case .folderRemoved: try files.removeItem(atPath: folder.file("data"))
        }
    }

    @Test("acknowledges nothing more, and says what happened to them", arguments: Deed.allCases)
    func commit(deed: Deed) throws {
        let store = try SQLiteStore(path: path)
        try append(store, "a")
        try carryOut(deed)
        for _ in 0..<2 {
            let error = #expect(throws: StoreError.self) { try append(store, "b") }
            #expect(error?.code == .replaced)
            #expect(error?.message.contains(deed.says) == true, "\(error?.message ?? "")")
        }
        let reading = #expect(throws: StoreError.self) { try store.makeReader() }
        #expect(reading?.code == .replaced)
        try? store.close()
    }

    @Test("loses nothing when only its log or index was removed", arguments: [Deed.logRemoved, .indexRemoved])
    func log(deed: Deed) throws {
        let store = try SQLiteStore(path: path)
        for number in 0..<20 { try append(store, "\(number)") }
        try carryOut(deed)
        #expect(throws: StoreError.self) { try append(store, "b") }
        // Like the store of a process that ended without closing it.
        try FileManager.default.copyItem(atPath: path, toPath: folder.file("left.db"))
        try store.close()
        let again = try SQLiteStore(path: folder.file("left.db"))
        let ids = try again.makeReader().records(after: 0, limit: 99).map(\.envelope.metadata.id.rawValue)
        #expect(ids.starts(with: (0..<20).map { "\($0)" }))
        #expect(try again.integrityCheck() == [])
        try again.close()
    }

    @Test("does not touch a file that was put in its place")
    func replacement() throws {
        let store = try SQLiteStore(path: path)
        try append(store, "a")
        try FileManager.default.moveItem(atPath: path, toPath: folder.file("kept.db"))
        for suffix in ["-wal", "-shm", ".owner"] { try FileManager.default.removeItem(atPath: path + suffix) }
        let successor = try SQLiteStore(path: path)
        try append(successor, "c")
        #expect(throws: StoreError.self) { try append(store, "b") }
        try store.close()
        try append(successor, "d")
        let ids = try successor.makeReader().records(after: 0, limit: 9).map(\.envelope.metadata.id.rawValue)
        #expect(ids == ["c", "d"])
        try successor.close()
    }
}
