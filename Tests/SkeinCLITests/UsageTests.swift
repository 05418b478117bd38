import ChildPrograms
import Foundation
import GRDB
import SkeinSQLite
import Testing

@Suite("The command, used wrongly or on nothing,", .fewAtATime)
struct UsageTests {
    static let commands: [[String]] = [
        ["events"], ["show", "1"], ["instances"], ["instance", "1"], ["incidents"], ["retry", "1"],
        ["edit", "1", "--payload", "{}"], ["skip", "1"], ["cancel", "1"], ["terminate", "1"], ["suspend", "1"],
        ["resume", "1"], ["catalogue"], ["store", "check"], ["store", "info"], ["store", "relay"],
        ["store", "trim", "--messages", "1000000"], ["resume", "--system", "bank"],
        ["edit", "--instance", "1", "--activity", "1", "--attempts", "2"], ["channels"], ["relay"],
        ["replay", "--channel", "shop", "--beginning"],
    ]

    static let wrongCommands: [[String]] = [
        ["bogus"], ["events", "--kind", "rumour"], ["events", "--since", "yesterday"], ["events", "--limit", "0"],
        ["show"], ["events", "--follow", "--until", "2h"], ["instances", "--state", "asleep"],
        ["instances", "--attribute", "novalue"], ["instance"],
        ["instance", "one"], ["incidents", "--bogus"], ["retry"], ["retry", "1", "--cause", "x"], ["edit", "1"],
        ["edit", "--payload", "{}"], ["edit", "1", "--payload", "{}", "--file", "-"], ["skip"], ["skip", "x"],
        ["cancel"], ["terminate"], ["suspend"], ["resume"], ["catalogue", "extra"], ["store", "bogus"],
        ["suspend", "1", "--system", "bank"], ["suspend", "1", "--not-yet-called"], ["suspend", "--system"],
        ["resume", "1", "--system", "bank"],
        ["edit", "--instance", "1"], ["edit", "--activity", "1", "--attempts", "2"],
        ["edit", "--instance", "1", "--activity", "1"],
        ["store", "trim"], ["store", "trim", "--messages", "0"], ["store", "trim", "--older-than", "soon"],
        ["bench"], ["bench", "marathon"], ["bench", "events", "--count", "0"],
        ["bench", "events", "--concurrency", "many"],
        ["edit", "1", "--attempts", "3"], ["edit", "--instance", "1", "--activity", "1", "--payload", "{}"],
        ["edit", "--instance", "1", "--activity", "1", "--attempts", "0"],
        ["edit", "--instance", "1", "--activity", "1", "--attempts", "many"],
        ["edit", "--instance", "1", "--activity", "1", "--within", "long"],
        ["edit", "--instance", "1", "--activity", "1", "--initial-delay", "5s"],
        ["edit", "--instance", "1", "--activity", "1", "--factor", "0.5"],
        ["edit", "--instance", "1", "--activity", "1", "--maximum-delay", "-PT1S"],
        ["edit", "--instance", "1", "--activity", "1", "--jitter", "2"],
        ["edit", "--instance", "1", "--activity", "1", "--factor", "inf"],
        ["replay"], ["replay", "--channel", "shop"], ["replay", "--channel", "shop", "--beginning", "--since", "2h"],
        ["replay", "--channel", "shop", "--from", "payment.events"],
        ["replay", "--channel", "shop", "--from", "payment.events/0@1", "--topic", "payment.events"],
    ]

    /// Arguments that are right one by one and not together, and what is said of them.
    static let contradictions: [([String], String)] = [
        (["suspend", "1", "--channel", "shop"], "not both at once"),
        (["resume", "1", "--system", "bank"], "not both at once"),
        (["suspend"], "Name instances, or a --system or --channel."),
        (["replay", "--channel", "shop", "--beginning", "--since", "2h"], "Say only one of"),
        (["replay", "--channel", "shop", "--since", "2h", "--from", "a/0@1"], "Say only one of"),
        (["replay", "--channel", "shop"], "Say from where on"),
        (["replay", "--channel", "shop", "--since", "2100-01-01T00:00:00Z"], "in the future, 2100-01-01"),
    ]

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: [String], store: String?) async throws -> Skein.Result {
        let process = arguments + (store.map { ["--store", $0] } ?? [])
        return try await Skein.run(process)
    }

    @Test("says where to name a store", arguments: commands)
    func noStore(command: [String]) async throws {
        let result = try await run(command, store: nil)
        #expect(result.exitCode == 64)
        #expect(result.error.contains("--store FILE, or set SKEIN_STORE"))
        #expect(result.output.isEmpty)
    }

    @Test("names a file that is not there, and makes none", arguments: commands)
    func missing(command: [String]) async throws {
        let result = try await run(command, store: folder.file())
        #expect(result.exitCode == 66)
        #expect(result.error == "skein: there is no store at \(folder.file())\n")
        #expect(try folder.names().isEmpty)
    }

    @Test("says that the output cannot be written, instead of ending as if it had been")
    func fullOutput() async throws {
        _ = try SQLiteStore(path: folder.file()).close()
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "'\(Skein.binary.path)' store info --store '\(folder.file())' >&-"]
        let (_, error) = try Skein.start(shell)
        let text = await Skein.read(error) { _ in false }
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 74)
        #expect(text.hasPrefix("skein: cannot write the output: "))
    }

    @Test("finds no message at the last position there can be")
    func lastPosition() async throws {
        _ = try SQLiteStore(path: folder.file()).close()
        #expect(try await run(["show", "\(Int64.max)"], store: folder.file()).exitCode == 1)
    }

    @Test("tells of rows in the outbox that are no messages")
    func rejected() async throws {
        let store = try SQLiteStore(path: folder.file())
        try await store.database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO outbox(
                        id, kind, type, version, source, subject, time, correlation_id, content_type, payload)
                    VALUES ('a', 'event', 'web.seen', 'newest', 'web', 's', 0, 'a', 'application/json', x'7b7d'),
                        ('b', 'event', 'web.seen', '1.0.0', 'web', 's', 0, 'b', 'application/json', x'7b7d')
                    """)
        }
        try store.close()
        let result = try await run(["store", "relay"], store: folder.file())
        #expect(result.output == "Moved 1 message.\n")
        #expect(result.exitCode == 1)
        #expect(result.error.contains("1 in the outbox is no message for the log: ") && result.error.contains("newest"))
    }

    @Test("leaves a text file as it is", arguments: commands)
    func textFile(command: [String]) async throws {
        let text = Data("Dear diary, this is more than sixteen bytes.".utf8)
        try text.write(to: URL(fileURLWithPath: folder.file()))
        let result = try await run(command, store: folder.file())
        #expect(result.exitCode == 66)
        #expect(result.error.contains("is not a SQLite database"))
        #expect(try folder.names() == ["shop.db"])
        #expect(FileManager.default.contents(atPath: folder.file()) == text)
    }

    @Test("answers on an empty store, and leaves nothing beside it", arguments: commands)
    func empty(command: [String]) async throws {
        try SQLiteStore(path: folder.file()).close()
        let before = try folder.names()
        let lookups = ["events", "instances", "incidents", "catalogue", "store", "channels", "relay"]
        let isLookup = lookups.contains(command[0])
        let result = try await run(command, store: folder.file())
        #expect(result.exitCode == (isLookup ? 0 : 1))
        #expect(result.error.isEmpty == isLookup)
        #expect(try folder.names() == before)
        if isLookup {
            let json = try await run(command + ["--json"], store: folder.file())
            #expect(json.exitCode == 0)
            _ = try json.objects()
        }
    }

    @Test("refuses wrong arguments with a hint", arguments: wrongCommands)
    func wrong(command: [String]) async throws {
        let result = try await run(command, store: command[0] == "bogus" ? nil : folder.file())
        #expect(result.exitCode == 64)
        #expect(result.error.contains("Error:"))
    }

    @Test("says what is wrong with arguments that contradict each other", arguments: contradictions)
    func contradiction(command: [String], told: String) async throws {
        let result = try await run(command, store: folder.file())
        #expect(result.exitCode == 64 && result.error.contains(told), "\(result.error)")
    }

    @Test("refuses a queue of dead letters without a name before it asks the broker", arguments: ["", " "])
    func noQueue(name: String) async throws {
        let result = try await Skein.run("dead-letters", "stomp://127.0.0.1:1", "--queue", name)
        #expect(result.exitCode == 64 && result.error.contains("--queue names no queue"), "\(result.error)")
    }

    @Test("explains every command with an example", arguments: commands.map { $0[0] == "store" ? $0 : [$0[0]] })
    func help(command: [String]) async throws {
        let result = try await Skein.run(command + ["--help"])
        #expect(result.exitCode == 0)
        #expect(result.output.contains("EXAMPLE"))
        #expect(result.output.contains("skein \(command.joined(separator: " "))"))
        #expect(result.lines.allSatisfy { $0.count <= 80 })
    }

    @Test("lists its exit codes, in its help and in its page")
    func exitCodes() async throws {
        let help = try await Skein.run("--help").output
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: sources.appendingPathComponent("Sources/SkeinCLI/README.md"), encoding: .utf8)
        for code in [0, 1, 64, 66, 69, 70, 71, 73, 74, 75] {
            #expect(help.contains(try Regex("(?m)^\\s+\(code)\\s")))
            #expect(page.contains("| \(code) |"))
        }
        // A line that is too long for 80 columns is continued at the margin.
        let table = try #require(help.firstRange(of: "EXIT CODES:\n")).upperBound
        let lines = help[table...].split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
        #expect(lines.count >= 10 && lines.allSatisfy { $0.hasPrefix("  ") })
    }
}
