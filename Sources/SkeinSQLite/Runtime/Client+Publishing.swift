public import GRDB
public import SkeinCore

extension Client {
    /// Publishes a message in the caller's own transaction.
    ///
    /// ```swift
    /// try store.database.write { db in
    ///     try order.insert(db)
    ///     try client.publish(OrderPlaced(order), storedIn: db)
    /// }
    /// ```
    ///
    /// - Ordering: positions in the log follow the order of commits.
    /// - Durability: the message is published if and only if the transaction commits.
    /// - Returns: the id of the message.
    /// - Throws: ``MessageError``; `StoreError` when no transaction of the store's writer is open.
    @discardableResult
    public func publish(_ message: some Message, storedIn db: Database) throws -> MessageID {
        let outgoing = try prepare(message)
        try SQLiteStore.publish(outgoing, to: store, in: db)
        return outgoing.envelope.id
    }
}
