import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Testing

@Suite("The benchmark command", .fewAtATime)
struct BenchTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func number(_ object: [String: Any], _ name: String) throws -> Double {
        try #require(object[name] as? NSNumber, "\(name)").doubleValue
    }

    @Test("measures a workload in a new store, and leaves nothing behind", arguments: ["three-step", "events"])
    func measuring(workload: String) async throws {
        let result = try await Skein.run(
            "bench", workload, "--count", "40", "--concurrency", "4", "--json",
            environment: ["TMPDIR": folder.path])
        #expect(result.exitCode == 0, "\(result.error)")
        let report = try #require(try result.objects().first)
        #expect(report["workload"] as? String == workload)
        #expect(report["count"] as? Int == 40)
        #expect(report["concurrency"] as? Int == 4)
        #expect(report["store"] == nil)
        let (p50, p99) = (try number(report, "p50Microseconds"), try number(report, "p99Microseconds"))
        #expect(p50 > 0 && p99 >= p50)
        #expect(try number(report, "perSecond") > 0)
        #expect(try number(report, "diskCommitMicroseconds") > 0)
        // Four at a time share commits, but the units of one after the other cannot.
        let (fsyncs, least) = (try number(report, "fsyncs"), workload == "events" ? 10.0 : 50.0)
        #expect(fsyncs >= least && fsyncs <= 40 * 7)
        #expect(try number(report, "fsyncsPerUnit") == fsyncs / 40)
        #if os(Linux)
        #expect(try number(report, "bytesPerUnit") > 500)
        #endif
        #expect(try folder.names().isEmpty)
    }

    @Test("refuses a store that holds something, unless it is told to, and one that is owned in any case")
    func refusing() async throws {
        let store = folder.file("bench.db")
        let first = try await Skein.run("bench", "events", "--store", store, "--count", "5")
        #expect(first.exitCode == 0, "\(first.error)")
        #expect(first.output.contains("events: 5 units, 1 at a time"))
        #expect(first.output.contains("a commit of one row"))
        let second = try await Skein.run("bench", "events", "--store", store, "--count", "5")
        #expect(second.exitCode == 1)
        #expect(second.error.contains("holds something already: 10 messages"))
        let forced = try await Skein.run("bench", "three-step", "--store", store, "--count", "5", "--force")
        #expect(forced.exitCode == 0, "\(forced.error)")
        #expect(try folder.names().sorted() == ["bench.db", "bench.db.owner"])
        let owner = try SQLiteStore(path: store)
        let owned = try await Skein.run("bench", "events", "--store", store, "--count", "5", "--force")
        #expect(owned.exitCode == 75)
        try owner.close()
    }
}
