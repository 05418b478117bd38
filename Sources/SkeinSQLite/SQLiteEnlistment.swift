import SkeinStorage
import GRDB
import SkeinCore

/// A change of the user's own tables that joins a commit of a ``SQLiteStore``.
///
/// - Isolation: runs inside the commit's transaction under a savepoint; what it throws undoes the changes of its own
///   unit alone. Foreign keys that it leaves violated count as its error, also deferred ones.
/// - Repeatable: it may run more than once before it takes effect, so it changes nothing but the database.
/// - Cost: it holds up every other commit of the store, and is limited by
///   `SQLiteStore.Configuration.enlistmentTimeLimit`.
/// - It must not end the transaction, nor call the store's other functions than
///   those that publish in this transaction (`publish(_:storedIn:)`).
package struct SQLiteEnlistment: Enlistment {
    /// What is done to the database.
    package let body: @Sendable (Database) throws -> Void

    /// Wraps what is to be done.
    package init(_ body: @escaping @Sendable (Database) throws -> Void) { self.body = body }
}
