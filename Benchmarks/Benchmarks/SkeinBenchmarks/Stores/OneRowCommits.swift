import Skein
import SkeinStorage

/// The limit that the disk sets in a run: commits of one row, one after the other, each of them synced.
enum OneRowCommits {
    /// What each of the commits to a new SQLite store takes.
    static func measure(_ count: Int = 500) async throws -> [Duration] {
        let file = try BenchFolder.file("disk")
        let store = try SQLiteStore.sqlite(file, durability: .full)
        var times: [Duration] = []
        for number in 0..<count {
            let row = PositionRow(subscription: "disk", position: Int64(number))
            times.append(try await elapsed { _ = try store.commit(CommitBatch(units: [CommitUnit()]) { _ in [row] }) })
        }
        try store.close()
        try BenchFolder.remove(file: file)
        return times
    }
}
