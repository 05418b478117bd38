import SkeinOperator
import ChildPrograms
import Foundation
import GRDB
import RetailWorld
import SkeinSQLite
import Testing

@testable import RetailRun

@Suite("A run on a machine that fails", .fewAtATime)
struct RunFaultTests {
    private let shop: Shop

    init() throws { shop = try Shop() }

    private func run(
        orders: Int, limits: String? = nil, _ options: String...
    ) async throws -> (code: Int32, errors: String) {
        let program = try shop.start(orders: orders, options, keepsErrors: true, limits: limits)
        let code = try await program.finish().code
        return (code, try program.keptErrors())
    }

    private func summary() async throws -> AuditSummary {
        try JSONDecoder().decode(AuditSummary.self, from: Data(try await shop.audit("--json").output.utf8))
    }

    @Test("ends with 73 at the limit on file sizes, and the audit does not count a kill")
    func fileSize() async throws {
        let end = try await run(orders: 300, limits: "ulimit -f 400")
        #expect(end.code == 73, "\(end.errors)")
        #expect(end.errors.contains("has reached the limit on the size of files, 409600 bytes"), "\(end.errors)")
        let audit = try await summary()
        #expect(audit.broken == [])
        #expect(audit.kills == 0 && audit.failedRuns == 1)
    }

    @Test("names a limit on the size of files that is too small for any store", arguments: [20, 64, 100, 150])
    func smallFiles(limit: Int) async throws {
        let end = try await run(orders: 3, limits: "ulimit -f \(limit)")
        #expect(end.code == 73, "\(end.errors)")
        #expect(end.errors.contains("(ulimit -f)"), "\(end.errors)")
    }

    @Test("names the limit on open files before it begins", arguments: [14, 40, 64])
    func descriptors(limit: Int) async throws {
        let end = try await run(orders: 3, limits: "ulimit -n \(limit)")
        #expect(end.code == 71, "\(end.errors)")
        #expect(end.errors.contains("this process may open \(limit) files and sockets"), "\(end.errors)")
    }

    #if os(Linux)
    // With less a debug build of the program may not come so far, or the system makes no threads any more and the run
    // would stand still without a word.
    @Test("names the limit on address space before it begins", arguments: [150_000, 200_000, 300_000])
    func addressSpace(limit: Int) async throws {
        let end = try await run(orders: 3, limits: "ulimit -v \(limit)")
        #expect(end.code == 71, "\(end.errors)")
        #expect(end.errors.contains("this process may have \(limit / 1024) MiB of address space"), "\(end.errors)")
    }
    #endif

    @Test("ends in order when it is asked to stop right after its start", arguments: 1...5)
    func earlyStop(round: Int) async throws {
        let program = try shop.start(orders: 100_000, [], keepsErrors: true)
        let status = "/proc/\(program.process.processIdentifier)/status"
        // The system takes the signal for the program until that says that it takes it itself.
        let listens = try await eventually { Self.takes(SIGTERM, status) }
        try #require(listens)
        program.process.terminate()
        #expect(try await program.finish().code == 75)
        // The disposition is set before anything is opened.
        #expect(try program.keptErrors().contains("the same command goes on from here"))
    }

    /// Whether the mask of caught signals in `/proc/PID/status` has a signal.
    private static func takes(_ signal: Int32, _ status: String) -> Bool {
        guard let text = try? String(contentsOfFile: status, encoding: .utf8) else { return !isLinux }
        let line = text.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        guard let mask = line.flatMap({ UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) })
        else { return false }
        return mask & (1 << UInt64(signal - 1)) != 0
    }

    private static var isLinux: Bool {
        #if os(Linux)
        true
        #else
        false
        #endif
    }

    @Test(
        "refuses a store that knows less than the world, with numbers and the way out", arguments: ["copy", "log lost"])
    func older(how: String) async throws {
        #expect(try await run(orders: 3).code == 0)
        if how == "copy" { _ = try StoreBackup.make(of: shop.store, to: shop.folder.file("copy.db")) }
        if how == "log lost" {
            // A killed run leaves its newest commits in the log of changes.
            let program = try shop.start(orders: 30, [], keepsErrors: true)
            let hasCalled = try await eventually { (try? CallLog.records(in: shop.world).count > 30) ?? false }
            #expect(hasCalled)
            program.kill()
            try FileManager.default.removeItem(atPath: shop.store + "-wal")
        } else {
            #expect(try await run(orders: 20).code == 0)
            try FileManager.default.removeItem(atPath: shop.store)
            try FileManager.default.moveItem(atPath: shop.folder.file("copy.db"), toPath: shop.store)
        }
        let calls = try CallLog.records(in: shop.world).count
        let end = try await run(orders: 30)
        #expect(end.code == 66, "\(end.errors)")
        #expect(end.errors.contains("knows less than the world in \(shop.world)"), "\(end.errors)")
        #expect(end.errors.contains("have keys that the store has never given out"), "\(end.errors)")
        #expect(try CallLog.records(in: shop.world).count == calls)
    }

    @Test("names the cause where another store lies in the place of its own")
    func anotherInItsPlace() async throws {
        let program = try shop.start(orders: 30, [], keepsErrors: true)
        let hasCalled = try await eventually { (try? CallLog.records(in: shop.world).count > 5) ?? false }
        #expect(hasCalled)
        program.kill()
        for suffix in ["", "-wal"] { try FileManager.default.removeItem(atPath: shop.store + suffix) }
        try SQLiteStore(path: shop.store).close()
        let calls = try CallLog.records(in: shop.world).count
        let end = try await run(orders: 30)
        #expect(end.code == 66, "\(end.errors)")
        #expect(
            end.errors.contains("belongs, is not what lies there now: it was replaced, or set back"), "\(end.errors)")
        #expect(end.errors.contains("skein store restore BACKUP \(shop.store)"), "\(end.errors)")
        #expect(try CallLog.records(in: shop.world).count == calls)
    }

    @Test("gives up calls of a stopped world, and the audit accounts for them")
    func stoppedWorld() async throws {
        // Enough orders for the run to outlast this test.
        let program = try shop.start(orders: 1_000_000, ["--silent-rate", "0", "--slow-rate", "0"], keepsErrors: true)
        let isCalled = try await eventually { (try? CallLog.records(in: shop.world).count > 5) ?? false }
        #expect(isCalled)
        let first = try #require(try CallLog.records(in: shop.world).first { $0.service == .start })
        let world = try #require(Int32(first.key))
        #expect(kill(world, SIGSTOP) == 0)
        let database = try DatabaseQueue(path: shop.store)
        let isGivenUp = try await eventually {
            try database.read { try Int.fetchOne($0, sql: "SELECT sum(given_up) FROM shop_call") ?? 0 } > 2
        }
        #expect(kill(world, SIGCONT) == 0)
        #expect(isGivenUp)
        program.process.terminate()
        #expect(try await program.finish().code == 75)
        try database.close()
        // Ends the orders placed so far, and places no more.
        #expect(try await run(orders: 1).code == 0)
        let audit = try await summary()
        #expect(audit.broken == [])
    }

    @Test("says so when the world has no room")
    func worldWithoutRoom() async throws {
        let script = "trap '' XFSZ; ulimit -f 0"
        let program = try BuiltProgram("retail-world", [shop.folder.path], keepsErrors: true, limits: script)
        let code = try await program.finish().code
        #expect(code == 73)
        #expect(try program.keptErrors().contains("cannot write calls.jsonl: File too large"))
    }

    @Test("suggests commands that work in a shell as printed, whatever the paths contain")
    func quotes() {
        let progress = RunProgress(orders: 0)
        let text = RunEnding.complete.closing(progress, store: "my shop.db", world: "it's")
        #expect(text.hasSuffix(#"retail audit --store 'my shop.db' --world 'it'\''s'"#))
        let held = RunEnding.held(incidents: 1, suspended: 1).closing(progress, store: "my shop.db", world: "w")
        #expect(held.contains("skein incidents --store 'my shop.db'; "))
        let display = ProgressDisplay(store: "my shop.db").text(progress, 0, 1)
        #expect(display.contains("--store 'my shop.db' |"))
        #expect(display.contains("fulfilled 0, unfulfilled 0, canceled 0"))
    }
}
