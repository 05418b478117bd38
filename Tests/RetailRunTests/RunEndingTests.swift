import ChildPrograms
import Foundation
import RetailWorld
import Testing

@testable import RetailRun

@Suite("The end of a run", .fewAtATime)
struct RunEndingTests {
    private let shop: Shop

    init() throws { shop = try Shop() }

    @Test("is one sentence when all orders have ended")
    func complete() async throws {
        let end = try await shop.run(orders: 2)
        #expect(end.code == 0)
        let closing = "All 2 orders have ended; whether every promise was kept, says: "
        #expect(end.errors.hasSuffix("\(closing)retail audit --store \(shop.store) --world \(shop.world)\n"))
    }

    @Test("says of one order that it has ended")
    func one() async throws {
        let end = try await shop.run(orders: 1)
        #expect(end.code == 0 && end.errors.contains("\nThe order has ended; whether"), "\(end.errors)")
    }

    @Test("leaves a world that SIGTERM ends, though the thread that started it kept signals away")
    func world() async throws {
        struct Owner: Decodable { var pid: Int32 }
        #expect(try await shop.run(orders: 1).code == 0)
        let lock = shop.folder.file("world/world.lock")
        let owner = try JSONDecoder().decode(Owner.self, from: Data(contentsOf: URL(fileURLWithPath: lock)))
        let descriptor = open(lock, O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        #expect(kill(owner.pid, SIGTERM) == 0)
        try await waitUntil("the end of the world") { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
    }

    @Test("comes with the world's last words when it cannot start")
    func noWorld() async throws {
        // Where the world keeps its lock there is a directory.
        let lock = shop.folder.file("world/world.lock")
        try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: true)
        let end = try await shop.run(orders: 5)
        #expect(end.code == 69)
        #expect(end.errors.contains("the outside world has ended with exit code 71: cannot open"), "\(end.errors)")
        try FileManager.default.removeItem(atPath: lock)
        #expect(try await shop.run(orders: 5).code == 0)
        #expect(try await shop.audit().code == 0)
    }

    @Test("comes at once when the world's record is damaged")
    func damaged() async throws {
        try FileManager.default.createDirectory(atPath: shop.world, withIntermediateDirectories: true)
        try Data("no call\n".utf8).write(to: URL(fileURLWithPath: shop.folder.file("world/calls.jsonl")))
        let end = try await shop.run(orders: 5)
        #expect(end.code == 66)
        let place = shop.folder.file("world/calls.jsonl")
        let way = "no call is written there; mend that line, or use another directory"
        #expect(end.errors == "retail run: \(place), line 1: \(way)\n")
    }

    @Test("comes at once when the world's directory cannot be made")
    func noDirectory() async throws {
        try Data().write(to: URL(fileURLWithPath: shop.world))
        let file = try await shop.run(orders: 1)
        #expect(file.code == 73)
        #expect(file.errors.hasSuffix("\(shop.world), is a file; name a directory\n"), "\(file.errors)")
        let (code, errors) = try await BuiltProgram.refusal(
            "retail", ["run", "--store", shop.store, "--world", "/proc/shop/world"])
        #expect(code == 73)
        #expect(errors.contains("/proc/shop/world, cannot be made: /proc/shop: "), "\(errors)")
    }

    @Test("comes at once when the store is none", arguments: Shop.NoStore.allCases.filter { $0 != .nothing })
    func noStore(kind: Shop.NoStore) async throws {
        // A run makes a store of an empty file.
        guard kind != .emptyFile else { return }
        try shop.make(kind)
        let end = try await shop.run(orders: 1)
        #expect(end.code == kind.code)
        #expect(end.errors.hasPrefix("retail run: \(shop.store)"), "\(end.errors)")
    }

    @Test("comes at once when the world belongs to another store, which the audit refuses too")
    func otherStore() async throws {
        #expect(try await shop.run(orders: 2).code == 0)
        try FileManager.default.moveItem(atPath: shop.store, toPath: shop.folder.file("old.db"))
        let gone = try await shop.run(orders: 2)
        #expect(gone.code == 66)
        #expect(gone.errors.contains("the store \(shop.store), to which the world in \(shop.world) belongs, is gone"))
        #expect(gone.errors.contains("skein store restore BACKUP \(shop.store)"), "\(gone.errors)")
        #expect(!FileManager.default.fileExists(atPath: shop.store))

        let other = try Shop()
        #expect(try await other.run(orders: 1).code == 0)
        let (code, errors) = try await BuiltProgram.refusal(
            "retail", ["audit", "--store", other.store, "--world", shop.world])
        #expect(code == 64)
        #expect(errors.contains("belongs to another store than \(other.store)"), "\(errors)")
    }

    @Test("comes at once when a record without an owner meets a new store")
    func unmarked() async throws {
        #expect(try await shop.run(orders: 2).code == 0)
        try FileManager.default.removeItem(atPath: shop.folder.file("world/store.json"))
        // The store that the record is of may take it.
        #expect(try await shop.run(orders: 2).code == 0)
        try FileManager.default.removeItem(atPath: shop.folder.file("world/store.json"))
        try FileManager.default.removeItem(atPath: shop.store)
        let end = try await shop.run(orders: 2)
        #expect(end.code == 64)
        #expect(end.errors.contains("has a record of calls already, and the store \(shop.store) is new"))
    }

    @Test("comes at once when a store with orders meets a new world, which knows nothing of its calls")
    func newWorld() async throws {
        #expect(try await shop.run(orders: 2).code == 0)
        try FileManager.default.moveItem(atPath: shop.world, toPath: shop.folder.file("old"))
        let end = try await shop.run(orders: 3)
        #expect(end.code == 64)
        #expect(end.errors.contains("the store \(shop.store) has orders already, and the world in"), "\(end.errors)")
        try FileManager.default.removeItem(atPath: shop.world)
        try FileManager.default.moveItem(atPath: shop.folder.file("old"), toPath: shop.world)
        #expect(try await shop.run(orders: 3).code == 0)
    }

    @Test("comes when only a person can move what is left")
    func held() async throws {
        #expect(try await shop.run(orders: 2).code == 0)
        try shop.publishMalformedOrder()
        let end = try await shop.run(orders: 3)
        #expect(end.code == 1)
        #expect(end.errors.contains("1 incident open: skein incidents --store \(shop.store)"))
        #expect(end.errors.contains("Nothing moves any more: 1 order and 0 payments are left, parked by 1 incident."))
    }

    @Test("was no kill while the run that started last still has the store")
    func living() throws {
        let record = RunRecord(directory: shop.folder.path)
        func kills(_ living: Int32?) -> Int { record.interruptions(living: living).kills }
        #expect(kills(nil) == 0)
        let first = try record.noteStart()
        #expect(kills(nil) == 1)
        #expect(kills(getpid()) == 0)
        #expect(kills(getpid() + 1) == 1)
        let second = try record.noteStart()
        #expect(kills(getpid()) == 1)
        try second.noteEnd()
        #expect(kills(nil) == 1)
        #expect(kills(getpid()) == 1)
        first.noteFailure(code: 73)
        #expect(record.interruptions(living: nil) == RunRecord.Interruptions(kills: 0, failures: 1))
    }

    @Test("is noted in room reserved at the start, so a full disk does not prevent it")
    func room() throws {
        let record = RunRecord(directory: shop.folder.path)
        let run = try record.noteStart()
        let size = shop.folder.text(RunRecord.fileName).utf8.count
        run.noteFailure(code: 73)
        #expect(shop.folder.text(RunRecord.fileName).utf8.count == size)
        #expect(shop.folder.text(RunRecord.fileName).contains(#""code":73"#))
    }

    @Test("names the folder that was removed with the record")
    func folderGone() throws {
        let record = RunRecord(directory: shop.folder.file("gone"))
        let error = #expect(throws: CommandFailure.self) { _ = try record.noteStart() }
        #expect(error?.code == .cannotCreate)
        #expect(error?.description.contains("gone/runs.jsonl: No such file or directory") == true)
    }
}
