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
        #expect(!configuration.tuning.acceptsTrimmedLog)
        configuration.concurrentHandlers = 3
        configuration.tuning.bufferedMessages = 1
        configuration.tuning.tailBytes = 2
        configuration.tuning.liveInstances = 3
        configuration.tuning.reactionDeadline = .seconds(4)
        configuration.tuning.acceptsTrimmedLog = true
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

    @Test("sets what few programs turn of a store")
    func store() {
        var configuration = SQLiteStore.Configuration()
        #expect(configuration.tuning.enlistmentTimeLimit == .seconds(5))
        #expect(configuration.tuning.lockTimeLimit == .seconds(60))
        #expect(configuration.tuning.cacheSizeInKibibytes == 32_768)
        configuration.durability = .relaxed
        configuration.tuning.enlistmentTimeLimit = .seconds(1)
        configuration.tuning.lockTimeLimit = .seconds(2)
        configuration.tuning.cacheSizeInKibibytes = 3
        #expect(configuration.tuning.enlistmentTimeLimit == .seconds(1))
        #expect(configuration.tuning.lockTimeLimit == .seconds(2))
        #expect(configuration.tuning.cacheSizeInKibibytes == 3 && configuration.durability == .relaxed)
    }
}
