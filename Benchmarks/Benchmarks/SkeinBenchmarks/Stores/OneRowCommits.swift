import Dispatch
import Skein
import SkeinStorage

/// The limit that the disk sets in a run: commits of one row, one after the other, each of them synced.
enum OneRowCommits {
    /// What each of the commits to a new SQLite store takes, on the calling thread.
    static func measure(_ count: Int = 500) async throws -> [Duration] {
        try await measure(count) { try $0() }
    }

    /// The same for a task that lets another thread commit and waits for it, because a commit blocks: two hand-overs
    /// between threads more.
    static func measureHandedOver(_ count: Int = 500) async throws -> [Duration] {
        let queue = DispatchQueue(label: "skein.benchmarks.commits")
        return try await measure(count) { commit in
            try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result(catching: commit)) }
            }
        }
    }

    private static func measure(
        _ count: Int, _ run: (@escaping @Sendable () throws -> Void) async throws -> Void
    ) async throws -> [Duration] {
        let file = try BenchFolder.file("disk")
        let store = try SQLiteStore.sqlite(file, durability: .full)
        var times: [Duration] = []
        for number in 0..<count {
            let row = PositionRow(subscription: "disk", position: Int64(number))
            let time = try await elapsed {
                try await run { _ = try store.commit(CommitBatch(units: [CommitUnit()]) { _ in [row] }) }
            }
            times.append(time)
        }
        try store.close()
        try BenchFolder.remove(file: file)
        return times
    }
}
