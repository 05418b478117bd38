import GRDB

/// The transaction of a commit, with its statements compiled once.
///
/// To be used on the writer's queue only.
final class WriteTransaction {
    private struct Statements {
        let begin: Statement
        let commit: Statement
        let rollback: Statement

        init(_ db: Database) throws {
            begin = try db.makeStatement(sql: "BEGIN IMMEDIATE TRANSACTION")
            commit = try db.makeStatement(sql: "COMMIT TRANSACTION")
            rollback = try db.makeStatement(sql: "ROLLBACK TRANSACTION")
        }
    }

    private var kept: Statements?

    /// Gives the statements back, so that the connection can be closed.
    func close() { kept = nil }

    /// Commits what `body` does, or rolls it back when it throws.
    ///
    /// The statements are GRDB's, so that the user's observers hear of the commit.
    ///
    /// - Parameter withUserCode: whether `body` calls code of the user's. GRDB's own transaction then refuses further
    ///   statements of that code when one of them has ended the transaction.
    func run(in db: Database, withUserCode: Bool, _ body: () throws -> Void) throws {
        guard !withUserCode else {
            return try db.inTransaction(.immediate) {
                try body()
                return .commit
            }
        }
        let statements = try kept ?? Statements(db)
        // A statement of GRDB's that has failed throws the same error again when it is used the next time.
        kept = nil
        try statements.begin.execute()
        do {
            try body()
            try statements.commit.execute()
        } catch {
            // SQLite rolls back by itself after some failures. The first error tells what has happened.
            if db.isInsideTransaction { try? statements.rollback.execute() }
            throw error
        }
        kept = statements
    }
}
