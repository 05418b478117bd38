import GRDB
import RetailWorld
import Skein

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
                sql: "INSERT OR IGNORE INTO shop_call(service, key, account, reference, amount) VALUES (?, ?, ?, ?, ?)",
                arguments: [name.service.rawValue, name.key, call.account, call.reference, call.amount.description])
        }
    }

    /// Notes that the shop gave up a call without an answer. The world may have the call, and carry it out later.
    ///
    /// In a cancelled task this blocks the thread for a commit, because asynchronous writes throw there.
    func noteGivenUp(_ name: CallName) async throws {
        guard !Task.isCancelled else { return try noteGivenUpAtOnce(name) }
        try await store.database.write { db in try Self.giveUp(name, db) }
    }

    private func noteGivenUpAtOnce(_ name: CallName) throws {
        try store.database.write { db in try Self.giveUp(name, db) }
    }

    private static func giveUp(_ name: CallName, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE shop_call SET given_up = given_up + 1 WHERE service = ? AND key = ?",
            arguments: [name.service.rawValue, name.key])
    }

    /// The names of all calls that the store has given out.
    func names() throws -> Set<CallName> {
        try store.database.read { db in Set(try Self.read(db).keys) }
    }

    /// How often each call was given up without an answer; calls that never were are left out.
    static func readGivenUp(_ db: Database) throws -> [CallName: Int] {
        // Stores of earlier versions lack the column.
        guard try db.tableExists("shop_call"),
            try db.columns(in: "shop_call").contains(where: { $0.name == "given_up" })
        else { return [:] }
        let rows = try Row.fetchAll(db, sql: "SELECT service, key, given_up FROM shop_call WHERE given_up > 0")
        return rows.reduce(into: [:]) { counts, row in
            guard let service = WorldService(rawValue: row["service"]) else { return }
            counts[CallName(service: service, key: row["key"])] = row["given_up"]
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
