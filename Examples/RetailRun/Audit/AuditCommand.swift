import Foundation
import RetailWorld

/// `retail audit`: holds the outside world's record against a store and says whether every promise was kept.
public struct AuditCommand {
    public static let usage = """
        usage: retail audit --store FILE --world DIR [--kills N] [--json]

        Compares the outside world's own record of what it did with what is in the store, and exits with 1 if a promise is
        broken. Can be used while a run goes on: what is under way is left out.

          --store FILE  the store of the run
          --world DIR   the directory of the outside world
          --kills N     how often the run was killed; otherwise taken from DIR/runs.jsonl
          --json        print a summary in JSON
        """

    private let arguments: [String]

    /// - Parameter arguments: those after `audit`.
    public init(_ arguments: [String]) { self.arguments = arguments }

    /// Prints the audit.
    ///
    /// - Returns: the exit code: 0 when every promise was kept, 1 otherwise.
    /// - Throws: an error with a text for people when the arguments are wrong or there is nothing to audit.
    public func run() throws -> Int32 {
        var options = CommandOptions(arguments, usage: Self.usage)
        guard !options.flag("--help") else {
            print(Self.usage)
            return 0
        }
        let store = try options.required("--store")
        let world = try options.required("--world")
        let kills = try options.value("--kills") { Int($0) }
        let isJSON = options.flag("--json")
        try options.finish()
        let summary = try Self.summary(store: store, world: world, kills: kills)
        if isJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(summary), as: UTF8.self))
        } else {
            for line in AuditText(summary).lines { print(line) }
        }
        return summary.isKept ? 0 : 1
    }

    static func summary(store: String, world: String, kills: Int? = nil) throws -> AuditSummary {
        // The store first: what the world does meanwhile is then for payments that are open in the store.
        let facts = try StoreFacts.read(store)
        return Audit.summary(
            of: facts, calls: try CallLog.records(in: world), kills: kills ?? RunRecord(directory: world).kills())
    }
}
