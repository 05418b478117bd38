public import SkeinStorage
public import Foundation
import GRDB
import Skein

/// The balances of all accounts in a table, for the queries; it may be a moment behind the accounts themselves.
public enum BalanceProjection {
    static var projection: Projection {
        Projection("balance", version: 1) { db in
            try db.execute(sql: "CREATE TABLE balance (account TEXT PRIMARY KEY, amount TEXT NOT NULL)")
        } drop: { db in
            try db.execute(sql: "DROP TABLE IF EXISTS balance")
        } folding: {
            Fold(AccountCreated.self) { event, db in try add(0, to: event.accountID, db) }
            Fold(AmountWithdrawn.self) { event, db in try add(-event.amount, to: event.accountID, db) }
            Fold(AmountCredited.self) { event, db in try add(event.amount, to: event.accountID, db) }
        }
    }

    /// The balance as far as the projection has come; 0 for an account that it has not seen.
    ///
    /// - Throws: ``StoreError`` when the runtime has another store than SQLite.
    public static func balance(of account: String, in store: any Store) throws -> Decimal {
        guard let store = store as? SQLiteStore else {
            throw StoreError(.foreignEnlistment, "\(store.label) is no SQLite store, where the balances are kept")
        }
        return try store.database.read { db in try balance(of: account, db) }
    }

    private static func balance(of account: String, _ db: Database) throws -> Decimal {
        let text = try String.fetchOne(db, sql: "SELECT amount FROM balance WHERE account = ?", arguments: [account])
        return text.flatMap { Decimal(string: $0) } ?? 0
    }

    private static func add(_ amount: Decimal, to account: String, _ db: Database) throws {
        // SQLite has no exact fractions, so the text of the decimal is kept and the sum is made here.
        let sum = try balance(of: account, db) + amount
        try db.execute(
            sql: "INSERT INTO balance (account, amount) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET amount = ?",
            arguments: [account, sum.description, sum.description])
    }
}
