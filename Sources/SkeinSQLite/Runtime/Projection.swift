public import GRDB
public import SkeinCore

/// A read model in a table of its own, folded from events.
///
/// ```swift
/// Projection("balances", version: 1) { db in
///     try db.execute(sql: "CREATE TABLE balance (account TEXT PRIMARY KEY, cents INTEGER NOT NULL)")
/// } drop: { db in
///     try db.execute(sql: "DROP TABLE IF EXISTS balance")
/// } folding: {
///     Fold(AmountWithdrawn.self) { event, db in … }
/// }
/// ```
///
/// The types that the closures are written with (`Database`, `Row`, `StatementArguments`, `FetchableRecord`,
/// `PersistableRecord`) come with this module; other names of GRDB need `import GRDB`, and its package beside this one.
///
/// - The store must be a ``SQLiteStore``; in tests that is ``SQLiteStore/inMemory()``.
/// - Each event is folded exactly once: the change of the table and the projection's place in the log are one commit.
/// - Events of one subject are folded in order, others in the order in which they come to hand.
/// - A projection with another version than the stored one, higher or lower, is emptied and folded anew from the first
///   message; it answers from what it has folded so far.
public struct Projection: RegisteredPart {
    private let registration: ProjectionRegistration

    /// - Parameters:
    ///   - name: unique in the component.
    ///   - version: 1 or more; raise it when the table or the folding changes.
    ///   - create: makes the tables; runs in the commit in which the projection begins.
    ///   - drop: removes the tables, if they are there.
    public init(
        _ name: String, version: Int = 1, create: @escaping @Sendable (Database) throws -> Void,
        drop: @escaping @Sendable (Database) throws -> Void, @ListBuilder<Fold> folding: () -> [Fold]
    ) {
        registration = ProjectionRegistration(name: name, version: version, handlers: folding().map(\.registration)) {
            SQLiteEnlistment { db in
                try drop(db)
                try create(db)
            }
        }
    }

    /// Adds the projection, which becomes a subscription with a place of its own.
    package func register(in registry: inout ComponentRegistry) { registry.add(registration) }
}
