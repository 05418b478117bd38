public import ArgumentParser
import Foundation
import RetailWorld

/// `retail audit`: holds the outside world's record against a store and says whether every promise was kept.
public struct AuditCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Holds the outside world's own record against a store.",
        discussion: """
            Exits with 1 if a promise is broken, and with 66 if there is nothing to audit. Can be used \
            while a run goes on: what is under way is left out.
            """)

    static let counts = 0...1_000_000

    @Option(help: ArgumentHelp("The store of the run.", valueName: "file"))
    var store: String

    @Option(help: ArgumentHelp("The directory of the outside world.", valueName: "dir"))
    var world: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How often the run was killed, at most 1,000,000; otherwise taken from the record of runs in the world's "
                + "directory.", valueName: "number"),
        transform: { try NumberOption.whole($0, counts) })
    var kills: Int?

    @Flag(help: "Print a summary in JSON.")
    var json = false

    public init() {}

    public func validate() throws {
        guard !store.isEmpty else { throw ValidationError("--store is empty; name a file") }
        guard !world.isEmpty else { throw ValidationError("--world is empty; name a directory") }
    }

    /// Prints the audit.
    ///
    /// - Throws: exit code 1 when a promise is broken, 66 when there is nothing to audit, with a text for people.
    public func run() throws {
        // The store first: what the world does meanwhile is then for payments that are open in the store.
        let (facts, calls) = try read()
        let summary = Audit.summary(of: facts, calls: calls, kills: kills ?? RunRecord(directory: world).kills())
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(summary), as: UTF8.self))
        } else {
            for line in AuditText(summary).lines { print(line) }
        }
        if !summary.isKept { throw ExitCode.failure }
    }

    private func read() throws -> (StoreFacts, [CallRecord]) {
        do {
            return (try StoreFacts.read(store), try CallLog.records(in: world))
        } catch {
            FileHandle.standardError.write(Data("retail audit: \(error)\n".utf8))
            throw ExitCode(66)
        }
    }
}
