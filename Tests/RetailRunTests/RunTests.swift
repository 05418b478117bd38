import ChildPrograms
import Foundation
import RetailWorld
import Testing

@testable import RetailRun

@Suite("A run", .fewAtATime)
struct RunTests {
    private let folder: TemporaryFolder
    private var store: String { folder.file("shop.db") }
    private var world: String { folder.file("world") }

    init() throws { folder = try TemporaryFolder() }

    private func start(orders: Int, day: String, _ options: String...) throws -> BuiltProgram {
        let place = ["run", "--store", store, "--world", world]
        let pace = ["--orders", "\(orders)", "--rate", "20", "--time-scale", day]
        return try BuiltProgram("retail", place + pace + options)
    }

    private func audit() throws -> AuditSummary {
        Audit.summary(
            of: try StoreFacts.read(store), calls: try CallLog.records(in: world),
            kills: RunRecord(directory: world).interruptions(living: nil).kills)
    }

    /// How many calls the world has written down.
    private var calls: Int { folder.text("world/calls.jsonl").count { $0 == "\n" } }

    @Test("that is killed three times at random moments keeps every promise")
    func killed() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("RunTests seed \(seed)")
        var dice = Dice("\(seed)")
        for _ in 1...3 {
            // More orders than it can place, so that it does not end by itself.
            let program = try start(orders: 100_000, day: "PT0.2S")
            // Moments from before the store is open to the middle of the calls.
            let calls = self.calls + dice.roll(16)
            try await waitUntil("call \(calls)") { self.calls >= calls }
            program.kill()
        }
        let (code, _) = try await start(orders: 20, day: "PT0.2S").finish()
        #expect(code == 0, "seed \(seed)")
        let audit = try audit()
        #expect(audit.broken == [], "seed \(seed)")
        #expect(audit.orders.placed >= 20 && audit.orders.open == 0, "seed \(seed)")
        // A run that is killed before it has noted its start has done nothing either.
        #expect(audit.kills <= 3, "seed \(seed)")
    }

    @Test("counts orders over the whole life of the store, and prints how they ended")
    func goesOn() async throws {
        #expect(try await start(orders: 3, day: "PT0.1S").finish().code == 0)
        let (code, output) = try await start(orders: 5, day: "PT0.1S", "--json").finish()
        #expect(code == 0)
        let summary = try JSONDecoder().decode(RunSummary.self, from: Data(output.utf8))
        #expect(summary.placed == 5 && summary.open == 0 && summary.isComplete)
        let audit = try audit()
        #expect(audit.orders.placed == 5 && audit.kills == 0 && audit.isKept)
    }

    @Test("goes on when its outside world is killed in the middle")
    func killedWorld() async throws {
        let program = try start(orders: 100_000, day: "PT0.2S")
        var killed: Set<Int32> = []
        // Twice a world that has got some calls is killed; the one after it has to get some too.
        let isKilledTwice = try await eventually {
            let calls = (try? CallLog.records(in: world)) ?? []
            guard let last = calls.lastIndex(where: { $0.service == .start }), calls.count - last > 10,
                let world = Int32(calls[last].key), !killed.contains(world)
            else { return false }
            guard killed.count < 2 else { return true }
            if kill(world, SIGKILL) == 0 { killed.insert(world) }
            return false
        }
        #expect(isKilledTwice)
        program.process.terminate()
        #expect(try await program.finish().code == 75)
        // What has been placed ends, and nothing more is.
        #expect(try await start(orders: 1, day: "PT0.2S").finish().code == 0)
        let audit = try audit()
        #expect(audit.broken == [])
        #expect(audit.orders.placed > 0 && audit.orders.open == 0 && audit.worldRestarts >= 2)
    }

    @Test("that is asked to stop drains, and says that work is left")
    func asked() async throws {
        // At twenty orders a second it cannot be done before it is stopped.
        let program = try start(orders: 100_000, day: "PT1H")
        let hasBegun = try await eventually {
            FileManager.default.fileExists(atPath: folder.file("world/calls.jsonl"))
        }
        #expect(hasBegun)
        program.process.terminate()
        let code = try await program.finish().code
        #expect(code == 75)
        let audit = try audit()
        #expect(audit.isKept && audit.kills == 0 && audit.orders.placed > 0)
    }
}
