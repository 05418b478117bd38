import ChildPrograms
import Foundation
import GRDB
import SkeinSQLite

/// A store and a world of their own, and the commands on them.
final class Shop {
    let folder: TemporaryFolder
    var store: String { folder.file("shop.db") }
    var world: String { folder.file("world") }

    init() throws { folder = try TemporaryFolder() }

    func start(orders: Int, _ options: String...) throws -> BuiltProgram {
        try start(orders: orders, options, keepsErrors: false)
    }

    func start(
        orders: Int, _ options: [String], keepsErrors: Bool, limits: String? = nil
    ) throws -> BuiltProgram {
        let place = ["run", "--store", store, "--world", world, "--orders", "\(orders)", "--rate", "50"]
        let pace = options.contains("--time-scale") ? [] : ["--time-scale", "PT0.1S"]
        return try BuiltProgram("retail", place + pace + options, keepsErrors: keepsErrors, limits: limits)
    }

    /// Runs the shop to its end.
    func run(orders: Int, _ options: String...) async throws -> (code: Int32, errors: String) {
        let program = try start(orders: orders, options, keepsErrors: true)
        let code = try await program.finish().code
        return (code, try program.keptErrors())
    }

    func audit(_ options: String...) async throws -> (code: Int32, output: String) {
        let command = ["audit", "--store", store, "--world", world] + options
        return try await BuiltProgram("retail", command).finish()
    }

    /// Has the next run publish an order that nobody can read.
    func publishMalformedOrder() throws {
        let database = try DatabaseQueue(path: store)
        defer { try? database.close() }
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO outbox(
                        id, kind, type, version, source, subject, time, correlation_id, content_type, payload)
                    VALUES ('malformed', 'event', 'checkout.orderPlaced', '1.0.0', 'checkout', 'order-x', 0,
                        'malformed', 'application/json', CAST('{"orderID":5}' AS BLOB))
                    """)
        }
    }

    /// What can lie where a store is expected.
    enum NoStore: CaseIterable, Sendable {
        case nothing, emptyFile, textFile, directory, otherDatabase, newerStore

        var code: Int32 { self == .newerStore ? 69 : 66 }

        var text: String {
            switch self {
            case .nothing: "there is no store at"
            case .emptyFile: "is empty, not a store"
            case .textFile: "is not a SQLite database"
            case .directory: "is no file"
            case .otherDatabase: "is a SQLite database of another application"
            case .newerStore: "has schema version 99, this software knows versions up to"
            }
        }
    }

    func make(_ kind: NoStore) throws {
        switch kind {
        case .nothing: return
        case .emptyFile: try Data().write(to: URL(fileURLWithPath: store))
        case .textFile: try Data("This is a text, and no database.\n".utf8).write(to: URL(fileURLWithPath: store))
        case .directory: try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
        case .otherDatabase: try execute("CREATE TABLE other(a)")
        case .newerStore:
            try SQLiteStore(path: store).close()
            try execute("PRAGMA user_version = 99")
        }
    }

    private func execute(_ sql: String) throws {
        let database = try DatabaseQueue(path: store)
        try database.writeWithoutTransaction { try $0.execute(sql: sql) }
        try database.close()
    }
}
