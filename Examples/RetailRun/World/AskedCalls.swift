import GRDB
import RetailWorld
import SkeinSQLite

/// What a call of the outside world is known by.
struct CallName: Sendable, Hashable, Comparable, CustomStringConvertible {
    var service: WorldService
    /// The idempotency key.
    var key: String

    var description: String { "\(service.rawValue) \(key)" }

    static func < (one: Self, other: Self) -> Bool { one.description < other.description }
}

/// What the shop asked of the outside world.
struct AskedCall: Sendable, Hashable {
    var account: String
    var reference: String?
    var amount = WorldAmount.zero
}

/// The shop's own table of the calls that it makes, each under the key that the runtime gave out for it.
///
/// A call stands there before it is made, and once, however often it is repeated.
struct AskedCalls: Sendable {
    private let store: SQLiteStore

    /// The table of a store that ``ShopTables`` has prepared.
    init(store: SQLiteStore) { self.store = store }

    /// Returns when the call is durable. Costs a commit of its own the first time, and nothing later.
    func note(_ call: AskedCall, _ name: CallName) async throws {
        try await store.database.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO shop_call VALUES (?, ?, ?, ?, ?)",
                arguments: [name.service.rawValue, name.key, call.account, call.reference, call.amount.description])
        }
    }

    /// All that stand in a database; none where it has no such table.
    static func read(_ db: Database) throws -> [CallName: AskedCall] {
        guard try db.tableExists("shop_call") else { return [:] }
        var asked: [CallName: AskedCall] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT service, key, account, reference, amount FROM shop_call")
        while let row = try rows.next() {
            guard let service = WorldService(rawValue: row["service"]),
                let amount = WorldAmount(row["amount"] as String)
            else { continue }
            asked[CallName(service: service, key: row["key"])] = AskedCall(
                account: row["account"], reference: row["reference"], amount: amount)
        }
        return asked
    }
}
