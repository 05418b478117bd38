import SkeinStorage
import ChildPrograms
import GRDB
import SkeinCore
import SkeinSQLite
import SkeinTesting
import Testing

@Suite("SQLite stores keep the contract")
struct SQLiteConformanceTests {
    @Test("in a file", arguments: StoreConformance.checks)
    func file(check: StoreConformance.Check) throws {
        let folder = try TemporaryFolder()
        var adapter = Self.adapter { [path = folder.path] in
            try SQLiteStore(path: path + "/\(UInt64.random(in: 0 ... .max)).db", configuration: .init())
        }
        adapter.openAgain = { try SQLiteStore(path: $0.label) }
        try check.run(on: adapter)
    }

    @Test("in memory", arguments: StoreConformance.checks)
    func memory(check: StoreConformance.Check) throws {
        try check.run(on: Self.adapter { try SQLiteStore.inMemory() })
    }

    static func adapter(make: @escaping @Sendable () throws -> SQLiteStore) -> StoreConformance {
        StoreConformance(
            make: make,
            enlistment: { store, messages, error in
                let store = try #require(store as? SQLiteStore)
                return SQLiteEnlistment { db in
                    try store.append(messages, in: db)
                    if let error { throw error }
                }
            },
            appendForeign: { store, messages, error in
                let store = try #require(store as? SQLiteStore)
                try store.database.write { db in
                    try store.append(messages, in: db)
                    if let error { throw error }
                }
            })
    }
}
