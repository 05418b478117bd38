import SkeinStorage
public import GRDB
public import SkeinCore

extension HandlerContext {
    /// Adds changes of the user's own tables to the commit that marks the message in hand as handled.
    ///
    /// ```swift
    /// let rate = try await context.ask(CurrentRate())           // first read whatever takes time
    /// context.transaction { db in                               // then one short transaction
    ///     try db.execute(sql: "UPDATE price SET rate = ?", arguments: [rate.percent])
    /// }
    /// ```
    ///
    /// - Isolation: runs after the handler has returned, on the store's writer, in the transaction that also holds the
    ///   messages published by the handler and the position of its subscription. Several transactions of one handler
    ///   run in order.
    /// - Errors: one that throws undoes everything of this handling and nothing else; the message is retried.
    /// - It may run more than once before it is committed, so it must not act on anything but the database. It cannot
    ///   wait: the closure is synchronous.
    public func transaction(_ body: @escaping @Sendable (Database) throws -> Void) {
        let begin = numberTransaction()
        enlist(
            SQLiteEnlistment { db in
                begin()
                try body(db)
            })
    }

    /// Publishes a message from inside a ``transaction(_:)``, where what is published depends on what the transaction
    /// reads.
    ///
    /// - Throws: ``MessageError``, `StoreError`.
    public func publish(_ message: some Message, storedIn db: Database) throws {
        try SQLiteStore.publish(prepare(message), to: store, in: db)
    }
}
