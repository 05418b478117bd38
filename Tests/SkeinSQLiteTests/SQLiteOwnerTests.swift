import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import Synchronization
import Testing

@Suite("The lock on a store")
struct SQLiteOwnerTests {
    private final class Flag: Sendable {
        private let state = Mutex(false)

        var isUp: Bool { state.withLock { $0 } }

        func raise() { state.withLock { $0 = true } }
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("is not taken for an owner while somebody asks who has it")
    func asking() async throws {
        let path = folder.file()
        let flag = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !flag.isUp {
                    _ = StoreOwner.current(of: path)
                    await Task.yield()
                }
            }
            defer { flag.raise() }
            for _ in 0..<50 { try SQLiteStore(path: path).close() }
        }
    }

    @Test("is found under the name of a link that led to a file still to be made, and under the file's own")
    func danglingLink() throws {
        try FileManager.default.createDirectory(atPath: folder.file("disk"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: folder.file("one"), withDestinationPath: "disk/two")
        try FileManager.default.createSymbolicLink(atPath: folder.file("disk/two"), withDestinationPath: "shop.db")
        let store = try SQLiteStore(path: folder.file("one"))
        for name in ["one", "disk/two", "disk/shop.db"] {
            #expect(StoreOwner.current(of: folder.file(name))?.pid == getpid(), "\(name)")
        }
        try store.close()
        let back = try SQLiteStore(path: folder.file("disk/shop.db"))
        #expect(StoreOwner.current(of: folder.file("one"))?.pid == getpid())
        try back.close()
    }

    @Test("is refused for links in a circle")
    func circle() throws {
        try FileManager.default.createSymbolicLink(atPath: folder.file("a"), withDestinationPath: "b")
        try FileManager.default.createSymbolicLink(atPath: folder.file("b"), withDestinationPath: "a")
        #expect(throws: StoreError.self) { try SQLiteStore(path: folder.file("a")) }
    }

    #if os(Linux)
    @Test("ends when the store is closed, even if a child is just being started")
    func child() throws {
        let store = try SQLiteStore(path: folder.file())
        // What a child has between fork and exec: a second descriptor of the same open file.
        let copies = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { name -> Int32? in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
            guard let number = Int32(name), target == folder.file() + ".owner" else { return nil }
            return dup(number)
        }
        try #require(!copies.isEmpty)
        try store.close()
        try SQLiteStore(path: folder.file()).close()
        for copy in copies { close(copy) }
    }
    #endif

    #if os(Linux)
    @Test("holds under every name of the file", arguments: ["moved", "owner file lost"])
    func names(how: String) throws {
        let store = try SQLiteStore(path: folder.file())
        var path = folder.file()
        switch how {
        case "moved":
            path = folder.file("moved.db")
            try FileManager.default.moveItem(atPath: folder.file(), toPath: path)
        default:
            try FileManager.default.removeItem(atPath: folder.file() + ".owner")
        }
        let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
        #expect(error?.code == .owned)
        #expect(
            error?.message.contains("is already open in another process, which knows it under another name") == true)
        try store.close()
        try SQLiteStore(path: path).close()
    }
    #endif

    /// Somebody else who writes to the file, in transactions of his own.
    private func outsider() throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: folder.file(), configuration: configuration)
    }

    /// Writes to the file from outside until `body` has returned.
    private func whileLocked(_ body: () throws -> Void) throws {
        let other = try outsider()
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        try body()
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
    }

    @Test("of another writer is waited for, and named when it lasts too long")
    func locked() throws {
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeLimit = .milliseconds(50)
        let store = try SQLiteStore(path: folder.file(), configuration: configuration)
        let batch = CommitBatch(units: []) { _ in [PositionRow(subscription: "a", position: 1)] }
        try whileLocked {
            let error = #expect(throws: StoreError.self) { try store.commit(batch) }
            #expect(error?.code == .locked)
            #expect(error?.message.contains("another process has had the file locked for too long") == true)
        }
        _ = try store.commit(batch)
        #expect(try store.makeReader().position(of: "a")?.position == 1)
        try store.close()
    }

    @Test("of another writer delays a commit, which then goes through")
    func delayed() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeLimit = .minutes(10)
        let store = try SQLiteStore(path: folder.file(), configuration: configuration)
        let batch = CommitBatch(units: []) { _ in [PositionRow(subscription: "a", position: 1)] }
        let (isBegun, isDone) = (Flag(), Flag())
        let other = try outsider()
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        async let committing: Void = onThread {
            isBegun.raise()
            _ = try store.commit(batch)
            isDone.raise()
        }
        try await waitUntil("the thread") { isBegun.isUp }
        // The commit cannot happen meanwhile.
        for _ in 0..<100 { await Task.yield() }
        #expect(!isDone.isUp)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try await committing
        #expect(isDone.isUp)
        try store.close()
    }
}
