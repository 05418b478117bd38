public import GRDB
import SkeinStorage

/// Where and how a message is published; see `Client.publish(_:_:)`.
public struct StoredPublishing {
    private let db: Database

    /// In the transaction that is open on the store's own writer: its commit publishes, its rollback un-publishes.
    public static func stored(in db: Database) -> StoredPublishing { StoredPublishing(db: db) }

    func append(_ outgoing: Outgoing, to store: any Store) throws {
        guard let store = store as? SQLiteStore else {
            throw StoreError(
                .foreignEnlistment, "\(store.label) is no SQLite store; .stored(in:) needs the runtime's own")
        }
        try store.append([outgoing], in: db)
    }
}
