#if os(Linux)
import ChildPrograms
import Foundation
import Testing

@Suite("A closure that runs inside a transaction", .fewAtATime)
struct SynchronousClosureTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Uses of the store's transactions, in which `<here>` stands where somebody might want to wait.
    private static let uses = [
        "context.transaction { db in try db.execute(sql: \"\"); <here> }",
        "_ = try await database.write { db in try client.publish(event, storedIn: db); <here> }",
        "_ = Fold(Happened.self) { event, db in try db.execute(sql: \"\"); <here> }",
    ]

    @Test("cannot wait: the compiler refuses it")
    func waiting() throws {
        let control = try check("_ = 1")
        #expect(control.isAccepted, "\(control.output)")
        let waiting = try check("await Task.yield()")
        #expect(!waiting.isAccepted)
        let errors = waiting.output.split(separator: "\n").filter { line in
            line.contains("use.swift:") && line.contains(" error: ")
        }
        #expect(errors.count == Self.uses.count, "\(waiting.output)")
        for error in errors { #expect(error.contains("expecting synchronous function type"), "\(error)") }
    }

    /// Lets the compiler type-check all uses against the modules that were built with the tests.
    private func check(_ statement: String) throws -> (isAccepted: Bool, output: String) {
        let uses = Self.uses.map { $0.replacingOccurrences(of: "<here>", with: statement) }
        let source = """
            import GRDB
            import SkeinCore
            import SkeinSQLite

            func use<Happened: Event>(
                _ context: HandlerContext, _ client: Client, _ database: any DatabaseWriter, _ event: Happened
            ) async throws {
                \(uses.joined(separator: "\n    "))
            }
            """
        return try TypeCheck.run(source, in: folder)
    }
}
#endif
