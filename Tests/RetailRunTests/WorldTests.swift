import ChildPrograms
import Foundation
import RetailWorld
import SkeinCore
import Testing

@Suite("The outside world", .fewAtATime)
struct WorldTests {
    private static let reliable = ["--fail-rate", "0", "--slow-rate", "0", "--silent-rate", "0", "--expired-rate", "0"]
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func world(_ options: String...) throws -> BuiltProgram {
        try BuiltProgram("retail-world", [folder.path] + Self.reliable + options)
    }

    private func client(timeout: Duration = .patience) -> WorldClient {
        WorldClient(directory: folder.path, timeout: timeout)
    }

    private func calls() throws -> [CallRecord] {
        try CallLog.records(in: folder.path).filter { $0.service != .start }
    }

    private let amount = WorldAmount(cents: 2500)

    @Test("remembers keys when it is killed and started again, behind a torn last line")
    func restart() async throws {
        let first = try world()
        let client = client()
        let answer = try await client.call(.charge, key: "k", account: "martin", reference: "p", amount: amount)
        first.kill()
        let handle = try #require(FileHandle(forWritingAtPath: folder.file("calls.jsonl")))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"account":"mar"#.utf8))
        try handle.close()

        let second = try world()
        defer { second.kill() }
        // The client may not have noticed yet that the first one has gone.
        var again: WorldResult?
        try await waitUntil("the second world") {
            again = try? await client.call(.charge, key: "k", account: "martin", reference: "p", amount: amount)
            return again != nil
        }
        #expect(answer == .charged && again == .charged)
        #expect(try calls().map(\.repeat) == [false, true])
        #expect(folder.text("calls.jsonl").hasSuffix("}\n"))
    }

    @Test("has acted when it does not answer, and says so to the next attempt with the key")
    func silent() async throws {
        let world = try world("--silent-rate", "1")
        let impatient = client(timeout: .milliseconds(300))
        // The first call also waits for the world to come up, so it is repeated until the world has it.
        var error: WorldError?
        try await waitUntil("a call without an answer") {
            error = await #expect(throws: WorldError.self) {
                try await impatient.call(.charge, key: "k", account: "martin", amount: amount)
            }
            return error?.code == .noAnswer
        }
        #expect(error?.disposition == .unknownOutcome)
        world.kill()
        let second = try self.world()
        defer { second.kill() }
        #expect(try await client().call(.charge, key: "k", account: "martin", amount: amount) == .charged)
        let calls = try calls()
        #expect(calls.first?.repeat == false && calls.first?.answer == .silent)
        #expect(calls.last?.repeat == true)
    }

    @Test("does not bind a key to a failure before it acted")
    func failure() async throws {
        let unavailable = try world("--fail-rate", "1")
        let error = await #expect(throws: WorldError.self) {
            try await client().call(.refund, key: "k", account: "martin", amount: amount)
        }
        #expect(error?.code == .unavailable && error?.disposition == .retry(after: nil))
        unavailable.kill()
        let available = try world()
        defer { available.kill() }
        #expect(try await client().call(.refund, key: "k", account: "martin", amount: amount) == .refunded)
        #expect(try calls().map(\.result) == [.unavailable, .refunded])
        #expect(try calls().map(\.repeat) == [false, false])
    }

    @Test("declines an expired card for ever under one key, and charges it under another once it is replaced")
    func expired() async throws {
        let world = try world("--expired-rate", "1")
        defer { world.kill() }
        let client = client()
        #expect(try await client.call(.charge, key: "a", account: "kermit", amount: amount) == .declined)
        #expect(try await client.call(.update, key: "b", account: "kermit") == .updated)
        #expect(try await client.call(.charge, key: "a", account: "kermit", amount: amount) == .declined)
        #expect(try await client.call(.charge, key: "c", account: "kermit", amount: amount) == .charged)
    }

    @Test("refuses a key that was used for another amount")
    func conflict() async throws {
        let world = try world()
        defer { world.kill() }
        let client = client()
        _ = try await client.call(.charge, key: "k", account: "martin", amount: amount)
        let error = await #expect(throws: WorldError.self) {
            try await client.call(.charge, key: "k", account: "martin", amount: .zero)
        }
        #expect(error?.code == .refused && error?.disposition == .permanent)
    }

    @Test("serves many callers at once, each call once")
    func many() async throws {
        let world = try world("--slow-rate", "0.3", "--slow", "PT0.01S")
        defer { world.kill() }
        let clients = (0..<4).map { _ in client() }
        try await withThrowingTaskGroup { group in
            for number in 0..<400 {
                let client = clients[number % clients.count]
                group.addTask { _ = try await client.call(.mail, key: "\(number)", account: "gonzo") }
            }
            try await group.waitForAll()
        }
        #expect(try calls().count == 400)
        #expect(try Set(calls().map(\.key)).count == 400)
    }

    @Test("lets only one run in a directory")
    func single() async throws {
        let first = try world("--idle", "PT10M")
        defer { first.kill() }
        _ = try await client().call(.barcode, key: "k", account: "martin")
        #expect(try await world().finish().code == 75)
    }

    @Test("ends by itself without calls")
    func idle() async throws {
        let world = try world("--idle", "PT2S")
        #expect(try await world.finish().code == 0)
    }

    @Test("listens elsewhere when the path is too long for a socket")
    func longPath() async throws {
        let directory = folder.file(String(repeating: "long", count: 40))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let world = try BuiltProgram("retail-world", [directory] + Self.reliable)
        defer { world.kill() }
        let client = WorldClient(directory: directory, timeout: .patience)
        #expect(try await client.call(.mail, key: "k", account: "martin") == .sent)
    }

    @Test("is reported unreachable when there is none")
    func none() async {
        let error = await #expect(throws: WorldError.self) {
            try await client(timeout: .milliseconds(100)).call(.mail, key: "k", account: "martin")
        }
        #expect(error?.code == .unreachable && error?.disposition == .retry(after: nil))
    }
}
