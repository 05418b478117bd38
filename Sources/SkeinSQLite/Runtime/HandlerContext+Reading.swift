import SkeinStorage
public import GRDB
public import SkeinCore

extension HandlerContext {
    /// Reads the user's own tables and projections, for an ``Answer`` or for what a handler has to know.
    ///
    /// ```swift
    /// Answer(HowManyOrders.self) { _, context in
    ///     let count = try context.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM purchase") }
    ///     return OrderCount(count ?? 0)
    /// }
    /// ```
    ///
    /// - Isolation: one snapshot of what is committed when it begins. What the handler itself does in
    ///   ``transaction(_:)`` is not in it; state that a decision rests on is read there.
    /// - Cost: it waits for a free reader, of which there are four, and occupies the calling thread until it has
    ///   returned, so it should be short.
    /// - Throws: what the closure throws; `StoreError` when the runtime's store is no SQLite store.
    public func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        guard let store = store as? SQLiteStore else {
            throw StoreError(
                .failed,
                "\(store.label) is no SQLite store, so there is nothing to read; give the runtime a SQLiteStore, in "
                    + "tests SQLiteStore.inMemory()")
        }
        return try store.database.read(body)
    }
}
