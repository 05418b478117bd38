public import GRDB
public import SkeinCore

extension Handle {
    /// Consume, process, produce in the pure shape `(entity, event, data) -> (entity, [event])`: what takes time is
    /// read first, and then one short transaction holds the new state, the new events and the place in the log.
    ///
    /// ```swift
    /// Handle(GoodsReturned.self) { returned, context in
    ///     try await context.ask(PriceOf(returned.article))           // first read whatever takes time
    /// } load: { returned, db in
    ///     try Stock.find(db, key: returned.article)                  // then, in one transaction: the state,
    /// } decide: { stock, returned, price in
    ///     (stock.adding(1), [StockValued(stock.article, price)])     // the decision, which is pure,
    /// } save: { stock, db in
    ///     try stock.update(db)                                       // and what came of it
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - condition: takes only messages whose envelope satisfies it; asked before the payload is decoded.
    ///   - gather: runs before the transaction, may wait, and may run again when an attempt fails.
    ///   - load: the entity that the message is about.
    ///   - decide: must be pure: it may run more than once before it is committed.
    ///   - save: stores the entity; the events are published after it, in order.
    /// - Isolation: `load`, `decide` and `save` run on the store's writer, in the transaction that marks the message as
    ///   handled; nobody changes the entity in between.
    /// - Errors: one that is thrown undoes everything of this handling and nothing else; the message is retried.
    public init<Entity, Gathered: Sendable>(
        _ type: Handled.Type, since: SchemaVersion? = nil,
        where condition: (@Sendable (Envelope) -> Bool)? = nil,
        gather: @escaping @Sendable (Handled, HandlerContext) async throws -> Gathered,
        load: @escaping @Sendable (Handled, Database) throws -> Entity,
        decide: @escaping @Sendable (Entity, Handled, Gathered) throws -> (Entity, [any Event]),
        save: @escaping @Sendable (Entity, Database) throws -> Void
    ) {
        self.init(type, since: since, where: condition) { message, context in
            let gathered = try await gather(message, context)
            context.transaction { db in
                let (entity, events) = try decide(load(message, db), message, gathered)
                try save(entity, db)
                for event in events { try context.publish(event, storedIn: db) }
            }
        }
    }
}
