import Foundation
import SkeinSQLite
import Synchronization
import Testing

@Suite("The lock on a store")
struct SQLiteOwnerTests {
    private final class Flag: Sendable {
        let isDone = Mutex(false)
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("is not taken for an owner while somebody asks who has it")
    func asking() async throws {
        let path = folder.file()
        let flag = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !flag.isDone.withLock({ $0 }) {
                    _ = StoreOwner.current(of: path)
                    await Task.yield()
                }
            }
            defer { flag.isDone.withLock { $0 = true } }
            for _ in 0..<50 { try SQLiteStore(path: path).close() }
        }
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
}
