import Foundation
import GRDB
import Skein

/// The shop's own tables, beside those of the runtime in the same file.
enum ShopTables {
    /// What a store is known by, for a world that belongs to it.
    struct Identity: Sendable {
        var id: String
        /// Whether no order has been placed in the store yet.
        var isUnused: Bool
    }

    /// Makes the tables where they are missing, and gives the store an identity for its whole life.
    ///
    /// - Parameter given: the identity of a store that has none; a new one unless stated.
    static func prepare(_ store: SQLiteStore, as given: String? = nil) throws -> Identity {
        try store.database.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS shop_order(number INTEGER PRIMARY KEY) STRICT;
                    CREATE TABLE IF NOT EXISTS shop_customer(name TEXT PRIMARY KEY) STRICT;
                    CREATE TABLE IF NOT EXISTS shop_call(
                        service TEXT NOT NULL, key TEXT NOT NULL, account TEXT NOT NULL, reference TEXT,
                        amount TEXT NOT NULL, given_up INTEGER NOT NULL DEFAULT 0,
                        PRIMARY KEY (service, key)) STRICT, WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS shop_identity(id TEXT PRIMARY KEY) STRICT;
                    """)
            if try !db.columns(in: "shop_call").contains(where: { $0.name == "given_up" }) {
                try db.execute(sql: "ALTER TABLE shop_call ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0")
            }
            let isUnused = try Int.fetchOne(db, sql: "SELECT max(number) FROM shop_order") == nil
            if let id = try identity(db) { return Identity(id: id, isUnused: isUnused) }
            let id = given ?? UUID().uuidString
            try db.execute(sql: "INSERT INTO shop_identity VALUES (?)", arguments: [id])
            return Identity(id: id, isUnused: isUnused)
        }
    }

    /// The identity of a store; `nil` for one that no shop has used.
    static func identity(_ db: Database) throws -> String? {
        guard try db.tableExists("shop_identity") else { return nil }
        return try String.fetchOne(db, sql: "SELECT id FROM shop_identity")
    }
}
