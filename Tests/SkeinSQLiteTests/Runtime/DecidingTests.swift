import ChildPrograms
import GRDB
import SkeinCore
import SkeinSQLite
import Synchronization
import Testing

struct GoodsReturned: Event {
    static let name: MessageName = "shop.goodsReturned"
    var article: String
    var subject: String? { article }
}

struct StockValued: Event {
    static let name: MessageName = "stock.valued"
    var article: String
    var cents: Int
    var subject: String? { article }
}

@Suite("A handler in the pure shape (entity, event, data) -> (entity, [event])")
struct DecidingTests {
    struct Stock: Codable, FetchableRecord, PersistableRecord {
        var article: String
        var amount: Int
    }

    struct OutOfOrder: Error {}

    let file = TemporaryStore()

    /// - Parameter failures: how many decisions throw after their state has been saved.
    private func run(failures: Int) async throws -> (amounts: [Int], valued: [Int], gathered: Int) {
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        try await store.database.write { db in
            try db.execute(sql: "CREATE TABLE stock (article TEXT PRIMARY KEY, amount INTEGER NOT NULL)")
            try Stock(article: "a", amount: 0).insert(db)
        }
        let gathered = Mutex(0)
        let left = Mutex(failures)
        let valued = Mutex<[Int]>([])
        let component = Component("stock") {
            Handle(GoodsReturned.self) { _, _ in
                gathered.withLock { $0 += 1 }
                return 25
            } load: { returned, db in
                try Stock.find(db, key: returned.article)
            } decide: { stock, returned, price in
                let changed = Stock(article: stock.article, amount: stock.amount + 1)
                return (changed, [StockValued(article: returned.article, cents: changed.amount * price)])
            } save: { stock, db in
                try stock.update(db)
                let fails = left.withLock { left in
                    left -= 1
                    return left >= 0
                }
                if fails { throw OutOfOrder() }
            }
            .retry(RetryPolicy(initialDelay: .milliseconds(1)))
        }
        let listener = Component("report") {
            Handle(StockValued.self) { event, _ in valued.withLock { $0.append(event.cents) } }
        }
        let runtime = try Runtime(store: store, component, listener)
        runtime.start()
        let client = runtime.client(as: "shop")
        for _ in 1...3 { try await client.publish(GoodsReturned(article: "a")) }
        try await waitUntil("three valuations") {
            await runtime.settle()
            return valued.withLock { $0.count } >= 3
        }
        let amounts = try await store.database.read { try Int.fetchAll($0, sql: "SELECT amount FROM stock") }
        await runtime.stop()
        return (amounts, valued.withLock { $0 }, gathered.withLock { $0 })
    }

    @Test("stores the entity and publishes its events in one commit, however often it fails", arguments: [0, 4])
    func once(failures: Int) async throws {
        let result = try await run(failures: failures)
        #expect(result.amounts == [3])
        #expect(result.valued == [25, 50, 75])
        #expect(result.gathered == 3 + failures)
    }
}
