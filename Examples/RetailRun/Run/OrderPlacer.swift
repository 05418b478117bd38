import GRDB
import RetailServices
import ServiceLifecycle
import Skein

/// Places the orders at a steady rate, each exactly once in the life of the store.
///
/// The number of an order and the event that places it are one transaction of the shop's own table, so a kill at any
/// moment leaves both or neither, and the next start goes on with the next number.
struct OrderPlacer: Service {
    let store: SQLiteStore
    let checkout: Client
    /// How many orders there are to be in the end.
    let orders: Int
    /// In a second.
    let rate: Double

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await place() }
        } catch is CancellationError {
            // The transaction under way was rolled back; the next start places its orders.
        } catch let error as DatabaseError where error.isInterruptionError {
            // As above, noticed by SQLite in the middle of a statement.
        }
        // To a group that is shutting down another service, one that ends by itself counts as failed.
        try? await gracefulShutdown()
    }

    private func place() async throws {
        let start = ContinuousClock.now
        var placed = 0
        while !Task.isCancelled {
            let due = Int((ContinuousClock.now - start) / .seconds(1) * rate) + 1 - placed
            if due > 0 {
                guard try await place(min(due, 100)) else { return }
                placed += min(due, 100)
            }
            try? await Task.sleep(for: .seconds(1 / min(rate, 50)))
        }
    }

    /// Places the next orders, in one transaction; `false` when there are none left.
    private func place(_ count: Int) async throws -> Bool {
        try await store.database.write { db in
            let last = try Int.fetchOne(db, sql: "SELECT max(number) FROM shop_order") ?? 0
            guard last < orders else { return false }
            for number in last + 1...min(last + count, orders) {
                try place(SampleOrder(number: number), number, in: db)
            }
            return true
        }
    }

    private func place(_ order: SampleOrder, _ number: Int, in db: Database) throws {
        try db.execute(sql: "INSERT INTO shop_order VALUES (?)", arguments: [number])
        let name = order.placed.customer.name
        try db.execute(sql: "INSERT OR IGNORE INTO shop_customer VALUES (?)", arguments: [name])
        if let welcome = order.welcome, db.changesCount > 0 {
            let credit = CreditAmount(accountID: name, referenceID: "welcome", amount: welcome)
            try checkout.publish(credit, storedIn: db)
        }
        try checkout.publish(order.placed, storedIn: db)
    }
}
