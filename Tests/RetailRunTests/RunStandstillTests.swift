import ChildPrograms
import GRDB
import RetailServices
import SkeinCore
import SkeinOperator
import SkeinSQLite
import Testing

@testable import RetailRun

@Suite("A run in which nothing moves")
struct RunStandstillTests {
    private struct Unreachable: Error {}

    @Test("goes on while a handler waits in memory, without a row in the store, for its next attempt")
    func backingOff() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.file())
        let mail = Component("mail") {
            Handle(CardDetailsUpdated.self) { _, _ in throw Unreachable() }.retry(
                RetryPolicy(initialDelay: .minutes(10), jitter: 0))
        }
        var configuration = RuntimeConfiguration()
        (configuration.retryInMemory, configuration.closesStore) = (.hours(2), false)
        let runtime = try Runtime(
            store: store, configuration: configuration,
            components: [Component("card") { Publishes(CardDetailsUpdated.self) }, mail])
        try await runtime.run { _ in
            #expect(try await store.database.read { try !Standstill.isSomethingDue($0, in: runtime) })
            _ = try await runtime.client(as: "card").publish(CardDetailsUpdated(accountID: "kermit"))
            while runtime.counts.retried == 0 { await Task.yield() }
            await runtime.settle()
            #expect(try await store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM parked") } == 0)
            #expect(try await store.database.read { try Standstill.isSomethingDue($0, in: runtime) })
        }
        try store.close()
    }
}
