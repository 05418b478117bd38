public import ArgumentParser
import Foundation
import RetailWorld
import SkeinSQLite
import SkeinStorage

/// `retail audit`: holds the outside world's record against a store and says whether every promise was kept.
public struct AuditCommand: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Holds the outside world's own record against a store.",
        usage: """
            retail audit --store <file> --world <dir> [options]
            retail audit --store <dir> [--world <dir>] [options]
            """,
        discussion: """
            Prints a summary in JSON, or, on a terminal, the same in sentences. Changes nothing, and can be used while \
            a run goes on: of the calls that come meanwhile, those that the store cannot know yet are left out.

            Of a shop that runs apart, the folder is audited: all files together, and what went from one to another.

            EXIT CODES:
              0   every promise was kept
              1   a promise is broken
              64  wrong usage, or the world belongs to another store
              66  no such store or world, the file is no store or has a second name
                  (hard link), or the world's record is damaged
              69  the store is of a newer version, or the world's record cannot be read
              70  internal: the store cannot be read
              71  a limit of the system on this process is too low
              73  the store lies where SQLite cannot work
              74  the output cannot be written
            """)

    static let counts = 0...1_000_000
    /// How often a shop apart is looked at while processes write.
    private static let looks = 4

    @Option(help: ArgumentHelp("The store of the run; the folder of its files where it runs apart.", valueName: "file"))
    var store: String

    @Option(
        help: ArgumentHelp(
            "The directory of the outside world. (default: world in the folder --store)", valueName: "dir"))
    var world: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How often the run was killed, at most 1,000,000; otherwise taken from the record of runs in the world's "
                + "directory.", valueName: "number"),
        transform: { try NumberOption.whole($0, counts) })
    var kills: Int?

    @Flag(help: "Print a summary in JSON, also on a terminal.")
    var json = false

    @Flag(help: "Print sentences, also into a file or pipe.")
    var text = false

    public init() {}

    public func validate() throws {
        guard !json || !text else { throw ValidationError("--json and --text exclude each other; give one of them") }
        guard !store.isEmpty else { throw ValidationError("--store is empty; name a file") }
        guard world != nil || ShopFolder.isFolder(store) || !FileManager.default.fileExists(atPath: store) else {
            throw ValidationError("Missing expected argument '--world <dir>'")
        }
        guard world?.isEmpty != true else { throw ValidationError("--world is empty; name a directory") }
    }

    /// Prints the audit.
    ///
    /// - Throws: an exit code, after a text for people where the audit could not be made; see the help.
    public func run() throws {
        let summary = try CommandFailure.reporting("retail audit") { () throws in try lastingAudit() }
        if json || !text && isatty(STDOUT_FILENO) == 0 {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let text = String(decoding: try encoder.encode(summary), as: UTF8.self)
            try StandardOutput.write([text], of: "retail audit")
        } else {
            try StandardOutput.write(AuditText(summary).lines, of: "retail audit")
        }
        if !summary.isKept { throw ExitCode.failure }
    }

    /// Files of parts are read one after the other, so while processes write, one may know what another did not know
    /// when it was read. What is broken stays broken: of such a shop only those findings count that several looks
    /// have in common.
    private func lastingAudit() throws -> AuditSummary {
        var summary = try audit()
        for _ in 1..<Self.looks where summary.isUnderWay && !summary.parts.isEmpty && !summary.isKept {
            Thread.sleep(forTimeInterval: 0.3)
            let found = Set(summary.broken.map(\.place))
            summary = try audit()
            summary.broken.removeAll { !found.contains($0.place) }
        }
        return summary
    }

    private func audit() throws -> AuditSummary {
        let shop = ShopFolder.isFolder(store) && (world == nil || Self.hasParts(store)) ? ShopFolder(store) : nil
        let world = world ?? shop?.world ?? ""
        // The store first: what the world does meanwhile is then known to be newer.
        let facts = try shop.map { try StoreFacts.read($0) } ?? StoreFacts.read(store)
        let folder = WorldFolder(world)
        try folder.check(facts.identity, at: store)
        let calls = try CallLog.records(in: world)
        guard !calls.isEmpty || folder.isMarked else {
            throw CommandFailure(
                .noInput, "there is no record of an outside world in '\(world)'; name the --world directory of the run")
        }
        let interruptions = Self.interruptions(of: shop, world: world, owner: facts.owner)
        return Audit.summary(
            of: facts, calls: calls, kills: kills ?? interruptions.kills, failedRuns: interruptions.failures)
    }

    private static func hasParts(_ store: String) -> Bool { (try? ShopFolder(store).parts()) != nil }

    /// How often processes were interrupted, all parts of a shop together.
    private static func interruptions(
        of shop: ShopFolder?, world: String, owner: Int32?
    ) -> RunRecord.Interruptions {
        guard let shop else { return RunRecord(directory: world).interruptions(living: owner) }
        return ((try? shop.parts()) ?? []).reduce(into: RunRecord.Interruptions()) { sum, part in
            let living = StoreOwner.current(of: shop.file(of: part))?.pid
            let one = RunRecord(directory: world, part: part).interruptions(living: living)
            sum.kills += one.kills
            sum.failures += one.failures
        }
    }
}
