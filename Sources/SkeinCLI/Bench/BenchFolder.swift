import SkeinStorage
import Foundation
import SkeinCore
import SkeinSQLite

/// Where a benchmark has its files: a folder of its own, or beside the store that was named.
struct BenchFolder {
    /// The store to measure in.
    let file: String
    private let folder: URL
    private let isOwn: Bool

    init(store: String?) throws {
        isOwn = store == nil
        if let store {
            (file, folder) = (store, URL(fileURLWithPath: store).deletingLastPathComponent())
        } else {
            folder = FileManager.default.temporaryDirectory.appending(path: "skein-bench-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            file = folder.appending(path: "store.db").path
        }
    }

    /// Removes what the benchmark alone has made.
    func remove() {
        if isOwn { try? FileManager.default.removeItem(at: folder) }
    }

    /// The median of commits of one row, one after the other, each of them synced, to a new store in the same folder.
    func diskCommit(count: Int = 200) throws -> Duration {
        let path = folder.appending(path: "skein-bench-\(UUID().uuidString).db").path
        defer {
            for suffix in ["", "-wal", "-shm", ".owner"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        }
        let store = try SQLiteStore(path: path)
        defer { try? store.close() }
        var times: [Duration] = []
        for number in 1...count {
            let row = PositionRow(subscription: "disk", position: Int64(number))
            let batch = CommitBatch(units: []) { _ in [row] }
            times.append(try ContinuousClock().measure { _ = try store.commit(batch) })
        }
        return times.percentile(50)
    }
}

extension [Duration] {
    /// The value below which so many in a hundred lie; zero for none.
    func percentile(_ percent: Int) -> Duration {
        guard !isEmpty else { return .zero }
        return sorted()[Swift.min(count - 1, count * percent / 100)]
    }
}

extension Duration {
    var microseconds: Double {
        Double(components.seconds) * 1e6 + Double(components.attoseconds) / 1e12
    }
}
