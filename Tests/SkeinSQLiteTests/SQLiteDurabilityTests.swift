import SkeinStorage
import ChildPrograms
import GRDB
import SkeinCore
import SkeinSQLite
import Testing

@Suite("The durability of a SQLite store")
struct SQLiteDurabilityTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// SQLite's numbers for the pragma `synchronous`.
    private static let (normal, full) = (1, 2)

    private func settings(of store: SQLiteStore) throws -> (synchronous: Int?, journal: String?) {
        try store.database.writeWithoutTransaction { db in
            (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
        }
    }

    @Test(
        "is what the writer's connection has, before a commit and after it",
        arguments: [(SQLiteStore.Durability.full, full), (.relaxed, normal)])
    func synchronous(durability: SQLiteStore.Durability, expected: Int) throws {
        let store = try SQLiteStore.sqlite(folder.file(), durability: durability)
        #expect(try settings(of: store) == (expected, "wal"))
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("a"))])]))
        #expect(try settings(of: store) == (expected, "wal"))
    }

    @Test("is full unless something else is asked for, also for a file that was relaxed before")
    func standard() throws {
        try SQLiteStore.sqlite(folder.file(), durability: .relaxed).close()
        #expect(try settings(of: SQLiteStore(path: folder.file())).synchronous == Self.full)
        #expect(SQLiteStore.Configuration().durability == .full)
    }
}
