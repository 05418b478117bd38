import GRDBSQLite

/// A closed set of statements, each with its place in a cache.
package protocol StatementSet: RawRepresentable<Int>, CaseIterable, Sendable {
    static var texts: [String] { get }
}

/// The statements of one connection, compiled when they are first used and kept.
///
/// Proof for `@unchecked`: a cache is touched only where its connection may be, on the writer's queue or under the lock
/// of the reader that owns the connection; both exclude a second user.
package final class StatementCache<SQL: StatementSet>: @unchecked Sendable {
    package let connection: OpaquePointer
    private let arena = BindArena()
    private var statements: [PreparedStatement?]

    init(connection: OpaquePointer) {
        self.connection = connection
        statements = Array(repeating: nil, count: SQL.allCases.count)
    }

    /// A statement that is ready to be bound. What another one of this cache had bound is gone.
    func begin(_ sql: SQL) throws -> PreparedStatement {
        if let statement = statements[sql.rawValue] {
            statement.begin()
            return statement
        }
        let statement = try PreparedStatement(SQL.texts[sql.rawValue], connection: connection, arena: arena)
        statements[sql.rawValue] = statement
        statement.begin()
        return statement
    }

    /// Gives the statements back, so that the connection can be closed.
    func clear() {
        for index in statements.indices { statements[index] = nil }
    }
}
