import Foundation
import Skein
import SkeinOperator
import SkeinTransport
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

    @Test("bounds how far subscriptions may lag before a channel takes in less")
    func lag() throws {
        func problems(_ lag: Int) throws -> [String] {
            do {
                let channel = Channel("shop", over: Nowhere(), as: "till").lag(atMost: lag)
                let till = Component("till") {}
                _ = try Runtime(store: SQLiteStore.inMemory(), components: [till], channels: [channel])
                return []
            } catch let error as ConfigurationError {
                return error.problems
            }
        }
        #expect(try problems(1) == [])
        #expect(try problems(0) == ["channel 'shop': subscriptions may lag by 0; it must be 1 or more"])
    }

    @Test("sees how the channels of a runtime stand")
    func channels() throws {
        let runtime = try Runtime(
            store: SQLiteStore.inMemory(), components: [Component("till") {}],
            channels: [Channel("shop", over: Nowhere()), Channel("figures", over: Nowhere())])
        let isConnected = runtime.channels().allSatisfy { $0.sending.state == .connected && $0.problem == nil }
        #expect(runtime.channels().map(\.name) == ["shop", "figures"] && !isConnected)
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

/// Leads to no broker, and could do everything.
private struct Nowhere: Transport {
    var label: String { "nowhere" }
    var features: TransportFeatures { TransportFeatures(Set(TransportAbility.allCases)) }

    func openSource(_ request: SourceRequest) async throws -> any TransportSource { throw refusal }
    func openSender(_ request: SenderRequest) async throws -> any TransportSender { throw refusal }

    private var refusal: TransportError { TransportError(.disconnected, "there is no broker") }
}
