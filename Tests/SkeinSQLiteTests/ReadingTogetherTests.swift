import ChildPrograms
import SkeinStorage
import Testing

@testable import SkeinSQLite

@Suite("Queries that belong together")
struct ReadingTogetherTests {
    let folder: TemporaryFolder
    let store: SQLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder.file())
    }

    private func append(_ name: String) throws {
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope(name))])]))
    }

    @Test("see the store as it is when the first of them begins, and later ones see the rest")
    func moment() throws {
        let reader = try store.makeReader()
        try append("a")
        let counts = try reader.together {
            let first = try reader.records(after: 0, limit: 9).count
            try append("b")
            return [first, try reader.records(after: 0, limit: 9).count]
        }
        #expect(counts == [1, 1])
        #expect(try reader.records(after: 0, limit: 9).count == 2)
    }

    private struct Failure: Error {}

    @Test("end when one of them fails, and may be nested")
    func ends() throws {
        let reader = try store.makeReader()
        #expect(throws: Failure.self) {
            try reader.together {
                _ = try reader.highWater()
                throw Failure()
            }
        }
        try append("a")
        let count = try reader.together { try reader.together { try reader.records(after: 0, limit: 9).count } }
        #expect(count == 1)
        try append("b")
        #expect(try reader.records(after: 0, limit: 9).count == 2)
    }

    @Test("are ordinary queries where the reader shares the writer's connection")
    func shared() throws {
        let memory = try SQLiteStore.inMemory()
        let reader = try memory.makeReader()
        let count = try reader.together {
            _ = try memory.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("a"))])]))
            return try reader.records(after: 0, limit: 9).count
        }
        #expect(count == 1)
    }
}
