import GRDB
import SkeinSQLite

/// The shop's own tables, beside those of the runtime in the same file.
enum ShopTables {
    /// Makes the tables where they are missing.
    static func prepare(_ store: SQLiteStore) throws {
        try store.database.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS shop_order(number INTEGER PRIMARY KEY) STRICT;
                    CREATE TABLE IF NOT EXISTS shop_customer(name TEXT PRIMARY KEY) STRICT;
                    CREATE TABLE IF NOT EXISTS shop_call(
                        service TEXT NOT NULL, key TEXT NOT NULL, account TEXT NOT NULL, reference TEXT,
                        amount TEXT NOT NULL, PRIMARY KEY (service, key)) STRICT, WITHOUT ROWID;
                    """)
        }
    }
}
