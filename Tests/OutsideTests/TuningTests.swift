import Foundation
import Skein
import SkeinOperator
import Testing

/// Compiled as a package of its own would be: without what this package keeps to itself.
@Suite("Who tunes a runtime")
struct TuningTests {
    @Test("finds the defaults, and sets what few programs turn")
    func runtime() {
        var configuration = RuntimeConfiguration()
        #expect(configuration.tuning.bufferedMessages == 1024 && configuration.tuning.tailBytes == 64 << 20)
        #expect(configuration.tuning.liveInstances == 10_000 && configuration.tuning.reactionDeadline == .seconds(10))
        #expect(configuration.tuning.failureTolerance == .minutes(2) && configuration.tuning.inboxWindow == .days(7))
        #expect(configuration.tuning.maximumPayloadSize == 1 << 20 && !configuration.tuning.acceptsTrimmedLog)
        configuration.concurrentHandlers = 3
        configuration.tuning.bufferedMessages = 1
        configuration.tuning.tailBytes = 2
        configuration.tuning.liveInstances = 3
        configuration.tuning.reactionDeadline = .seconds(4)
        configuration.tuning.failureTolerance = .seconds(5)
        configuration.tuning.inboxWindow = .days(6)
        configuration.tuning.maximumPayloadSize = 7
        configuration.tuning.acceptsTrimmedLog = true
        #expect(configuration.tuning.failureTolerance == .seconds(5) && configuration.tuning.inboxWindow == .days(6))
        #expect(configuration.tuning.maximumPayloadSize == 7)
        #expect(configuration.tuning.bufferedMessages == 1 && configuration.tuning.tailBytes == 2)
        #expect(configuration.tuning.liveInstances == 3 && configuration.tuning.reactionDeadline == .seconds(4))
        #expect(configuration.tuning.acceptsTrimmedLog && configuration.concurrentHandlers == 3)
    }

    @Test("is refused a value out of range when the runtime is made")
    func range() throws {
        var configuration = RuntimeConfiguration()
        configuration.tuning.liveInstances = 0
        let error = #expect(throws: ConfigurationError.self) {
            try Runtime(store: SQLiteStore.inMemory(), configuration: configuration, components: [])
        }
        #expect(error?.problems == ["the configuration's liveInstances is 0; it must be 1 or more"])
    }

    @Test("opens a store with what few programs turn")
    func store() async throws {
        var tuning = SQLiteTuning()
        #expect(tuning.enlistmentTimeLimit == .seconds(5) && tuning.lockTimeLimit == .seconds(60))
        #expect(tuning.cacheSizeInKibibytes == 32_768)
        tuning.enlistmentTimeLimit = .seconds(1)
        tuning.lockTimeLimit = .seconds(2)
        tuning.cacheSizeInKibibytes = 777
        #expect(tuning.enlistmentTimeLimit == .seconds(1) && tuning.lockTimeLimit == .seconds(2))
        let path = FileManager.default.temporaryDirectory.appending(path: "skein-\(UUID().uuidString).db").path
        defer { for end in ["", "-wal", "-shm", ".owner"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let store = try SQLiteStore(path: path, durability: .relaxed, tuning: tuning)
        let (cache, synchronous) = try await store.database.write { db in
            (try Int.fetchOne(db, sql: "PRAGMA cache_size"), try Int.fetchOne(db, sql: "PRAGMA synchronous"))
        }
        #expect(cache == -777 && synchronous == 1)
        try store.close()
    }
}
