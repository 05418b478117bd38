import SkeinCore
import SkeinSQLite
import SkeinTesting
import Testing

/// What the page `Tables` shows. GRDB is not imported here, as an application need not do.
@Suite("Tables of an application's own")
struct TableExampleTests {
    private struct PlaceOrder: Command {
        static let name: MessageName = "shop.placeOrder"
        var id: String
        var cents: Int
        var subject: String? { id }
    }

    private struct OrderPlaced: Event {
        static let name: MessageName = "shop.orderPlaced"
        var id: String
        var subject: String? { id }
    }

    private struct AskSales: Query {
        static let name: MessageName = "shop.sales"
        typealias Answer = Sales
    }

    private struct Sales: Document {
        static let name: MessageName = "shop.salesAnswer"
        var count: Int
        var cents: Int
        var largest: String?
    }

    private struct Order: Codable, FetchableRecord, PersistableRecord {
        static let databaseTableName = "purchase"
        var id: String
        var cents: Int
    }

    private func shop() -> Component {
        Component("shop") {
            Handle(PlaceOrder.self) { command, context in
                context.transaction { db in
                    try Order(id: command.id, cents: command.cents).insert(db)
                }
                try context.publish(OrderPlaced(id: command.id))
            }
            Answer(AskSales.self) { _, context in
                try context.read { db in
                    let row = try Row.fetchOne(db, sql: "SELECT count(*), sum(cents) FROM purchase")
                    let largest = try Order.fetchOne(db, sql: "SELECT * FROM purchase ORDER BY cents DESC LIMIT 1")
                    return Sales(count: row?[0] ?? 0, cents: row?[1] ?? 0, largest: largest?.id)
                }
            }
        }
    }

    private func makeStore() throws -> SQLiteStore {
        let store = try SQLiteStore.inMemory()
        try store.database.write { db in
            try db.execute(sql: "CREATE TABLE IF NOT EXISTS purchase (id TEXT PRIMARY KEY, cents INTEGER NOT NULL)")
        }
        return store
    }

    @Test("are changed with what a handler publishes, and read by an answer", arguments: [false, true])
    func handler(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try Simulation(store: makeStore(), options: options, components: [shop()])
        try simulation.send(PlaceOrder(id: "a", cents: 5))
        try simulation.send(PlaceOrder(id: "b", cents: 7))
        let sales = try simulation.ask(AskSales())
        #expect(sales.count == 2 && sales.cents == 12 && sales.largest == "b")
    }

    @Test("publish in the application's own transaction, and not when it is rolled back")
    func client() throws {
        struct Refused: Error {}
        let store = try makeStore()
        let simulation = try Simulation(store: store, components: [shop()])
        try simulation.perform { runtime in
            let client = runtime.client(as: "shop")
            try store.database.write { db in
                try Order(id: "a", cents: 5).insert(db)
                try client.publish(OrderPlaced(id: "a"), storedIn: db)
            }
            try? store.database.write { db in
                try Order(id: "b", cents: 7).insert(db)
                try client.publish(OrderPlaced(id: "b"), storedIn: db)
                throw Refused()
            }
        }
        #expect(try simulation.log().compactMap(\.envelope.subject) == ["a"])
        #expect(try simulation.ask(AskSales()).count == 1)
    }
}
