import GRDB
import SkeinStorage

extension SQLiteStore {
    /// Adds a message to the transaction that is open on the store's own writer: its commit publishes, its rollback
    /// un-publishes.
    static func publish(_ outgoing: Outgoing, to store: any Store, in db: Database) throws {
        guard let store = store as? SQLiteStore else {
            throw StoreError(
                .foreignEnlistment,
                "\(store.label) is no SQLite store; a message is stored in a transaction of the runtime's own store")
        }
        try store.append([outgoing], in: db)
    }
}
