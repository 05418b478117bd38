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
        let file = folder.file("use.swift")
        try Data(source.utf8).write(to: URL(filePath: file))
        let products = try #require(ChildProgram.place(of: "StoreCrashChild")).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let scratch = products.deletingLastPathComponent().deletingLastPathComponent()
        // What is written in C is no Swift module. The map of the system's SQLite is where the package manager has put
        // GRDB, that of a target of this package where it has built it.
        let maps = [
            scratch.appending(path: "checkouts/GRDB.swift/Sources/GRDBSQLite/module.modulemap"),
            products.appending(path: "CFileStatus.build/module.modulemap"),
        ].flatMap { ["-Xcc", "-fmodule-map-file=\($0.path)"] }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [
                "swiftc", "-typecheck", "-swift-version", "6", "-I", products.appending(path: "Modules").path,
                "-module-cache-path", products.appending(path: "ModuleCache").path, file,
            ] + maps
        let pipe = try ChildProgram.start(process) { process in
            let pipe = Pipe()
            process.standardError = pipe
            try process.run()
            return pipe
        }
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus == 0, output)
    }
}
#endif
