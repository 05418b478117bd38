import SkeinSQLite
import SkeinTesting
import Testing

@Suite("Random batches")
struct SQLiteComparisonTests {
    @Test(
        "leave SQLite and the store in memory with equal content",
        arguments: [1, 2, 3, UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max)])
    func equal(seed: UInt64) throws {
        let sqlite = SQLiteConformanceTests.adapter { try SQLiteStore.inMemory() }
        try StoreComparison.run(seed: seed, batches: 200, sqlite, .memory)
    }

    @Test("are told apart when one store loses a unit")
    func different() throws {
        let memory = StoreConformance.memory
        let lossy = StoreConformance(
            make: memory.make, enlistment: { store, _, error in try memory.enlistment(store, [], error) },
            appendForeign: memory.appendForeign)
        let failure = #expect(throws: ConformanceFailure.self) {
            try StoreComparison.run(seed: 1, batches: 200, lossy, memory)
        }
        #expect(failure?.description.contains("seed 1") == true)
    }
}
