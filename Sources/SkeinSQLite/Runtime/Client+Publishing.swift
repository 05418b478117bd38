public import SkeinCore

extension Client {
    /// Publishes a message in the caller's own transaction.
    ///
    /// ```swift
    /// try store.database.write { db in
    ///     try order.insert(db)
    ///     try client.publish(OrderPlaced(order), .stored(in: db))
    /// }
    /// ```
    ///
    /// - Ordering: positions in the log follow the order of commits.
    /// - Durability: the message is published if and only if the transaction commits.
    /// - Returns: the id of the message.
    /// - Throws: ``MessageError``; `StoreError` when no transaction of the store's writer is open.
    @discardableResult
    public func publish(_ message: some Message, _ publishing: StoredPublishing) throws -> MessageID {
        let outgoing = try prepare(message)
        try publishing.append(outgoing, to: store)
        return outgoing.envelope.id
    }
}
