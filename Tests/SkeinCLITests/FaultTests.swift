import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import Testing

@Suite("The command on a machine that fails", .fewAtATime)
struct FaultTests {
    let folder: TemporaryFolder
    private var store: String { folder.file() }

    init() async throws {
        folder = try TemporaryFolder()
        try await fill(folder.file())
    }

    @Test("reports an action as done when it is committed, even if there is no room to write the log back")
    func committedOnFullDisk() async throws {
        // The store is larger than the limit already, the log of changes is not.
        try await DatabaseQueue(path: store).write { db in
            try db.execute(sql: "CREATE TABLE ballast(bytes BLOB); INSERT INTO ballast VALUES (zeroblob(1000000))")
        }
        let result = try await Skein.run(
            ["suspend", "--system", "bank", "--not-yet-called"], store: store, limits: "ulimit -f 100")
        #expect(result.exitCode == 0, "\(result.error)")
        #expect(result.output == "System 'bank': suspended.\n")
        #expect(try await Skein.run("store", "info", store: store).output.contains("bank"))
    }

    @Test("ends with 73, and names the limit, when an action could not be written")
    func noRoom() async throws {
        let result = try await Skein.run(
            ["suspend", "--system", "bank", "--not-yet-called"], store: store, limits: "ulimit -f 1")
        #expect(result.exitCode == 73, "\(result.error)")
        #expect(result.error.contains("the limit on the size of files, 1024 bytes"), "\(result.error)")
        #expect(try await !Skein.run("store", "info", store: store).output.contains("bank"))
    }

    @Test("names the limit on open files, and the way to raise it")
    func descriptors() async throws {
        let result = try await Skein.run(
            ["suspend", "--system", "bank", "--not-yet-called"], store: store, limits: "ulimit -n 40")
        #expect(result.exitCode == 71)
        #expect(result.error.contains("this process may open 40 files and sockets"), "\(result.error)")
        #expect(result.error.contains("ulimit -n 1024"))
    }

    @Test("waits for another command that has the store for a moment")
    func racing() async throws {
        let open = try SQLiteStore(path: store)
        async let running = Skein.run("suspend", "--system", "bank", "--not-yet-called", store: store)
        // That it waits cannot be seen. Commands that began later have ended by now, so it does.
        for _ in 1...3 { _ = try await Skein.run("store", "info", store: store) }
        try open.close()
        let result = try await running
        #expect(result.exitCode == 0, "\(result.error)")
    }

    @Test(
        "refuses a store with a second name, when it looks and when it acts", arguments: [["events"], ["retry", "1"]])
    func hardLink(command: [String]) async throws {
        try FileManager.default.linkItem(atPath: store, toPath: folder.file("b.db"))
        let result = try await Skein.run(command, store: store)
        #expect(result.exitCode == 66)
        #expect(result.error.contains("2 names (hard links)"))
    }

    @Test("copies a store and puts the copy back, in words and in JSON")
    func backup() async throws {
        let copy = folder.file("a copy.db")
        let made = try await Skein.run("store", "backup", store, copy)
        #expect(made.exitCode == 0 && made.output.hasPrefix("Copied \(store) to \(copy): messages up to position"))
        let again = try await Skein.run("store", "backup", store, copy)
        #expect(again.exitCode == 73 && again.error.contains("is there already, and is not overwritten"))
        try await fillMore()
        let dry = try await Skein.run("store", "restore", copy, store, "--dry-run")
        #expect(dry.exitCode == 0 && dry.output.hasPrefix("Would put \(copy) in the place of"))
        #expect(dry.output.contains("What the present store knows beyond the backup:"))
        #expect(dry.output.contains("shop/processes from"), "\(dry.output)")
        let done = try await Skein.run("store", "restore", copy, store, "--json")
        let report = try #require(try done.objects().first)
        let kept = try #require(report["kept"] as? String)
        #expect(FileManager.default.fileExists(atPath: kept))
        #expect((report["loss"] as? [String: Any])?["messages"] as? Int ?? 0 > 0)
        let same = try await Skein.run("store", "restore", copy, store)
        #expect(same.output.contains("nothing will be repeated"))
        #expect(try await Skein.run("store", "check", store: store).exitCode == 0)
    }

    private func fillMore() async throws {
        let open = try SQLiteStore(path: store)
        let runtime = try Runtime(store: open, components: shop())
        runtime.start()
        try await runtime.client(as: "shop").publish(OrderPlaced(orderID: "later"))
        await runtime.settle()
        await runtime.stop()
        try? open.close()
    }

    @Test("reports damage even when the store is too damaged to read, with a way out that works")
    func unreadable() async throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: store))
        // The table of all tables.
        try handle.seek(toOffset: 100)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 3000))
        try handle.close()
        let looking = try await Skein.run("events", store: store)
        #expect(looking.exitCode == 70 && looking.error.contains("look with: skein store check"), "\(looking.error)")
        let result = try await Skein.run("store", "check", store: store)
        #expect(result.exitCode == 1, "\(result.error)")
        #expect(result.output.contains("it cannot be read at all"), "\(result.output)")
        #expect(result.error.contains("skein store restore BACKUP"), "\(result.error)")
    }

    @Test("advises to restore a backup, with the command, when damage is verified")
    func damaged() async throws {
        let sound = try await Skein.run("store", "check", store: store)
        #expect(!sound.error.contains("backup"))
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: store))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: size - 4096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try handle.close()
        let result = try await Skein.run("store", "check", store: store)
        #expect(result.exitCode == 1)
        #expect(result.error.contains("skein store restore BACKUP \(store)"), "\(result.error)\(result.output)")
        #expect(result.error.contains("Operating/Faults"))
    }
}
