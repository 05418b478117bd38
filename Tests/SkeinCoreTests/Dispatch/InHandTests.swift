import SkeinActions
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Messages in hand")
struct InHandTests {
    private let isUp = Mutexed(false)
    private let store = MemoryStore()

    /// A component whose handler fails until the outside is up.
    private func stage(_ retry: RetryPolicy, _ configuration: RuntimeConfiguration = .init()) throws -> Stage {
        let isUp = isUp
        let notes = Component("notes") {
            Handle(Tick.self) { _, _ in
                guard isUp.value else { throw Unreachable() }
            }.retry(retry)
        }
        return try Stage(store: store, configuration: configuration, components: [notes])
    }

    @Test("include failed messages that wait in memory, and those behind them")
    func backingOff() throws {
        let stage = try stage(RetryPolicy(initialDelay: .seconds(20), factor: 1, jitter: 0))
        for number in 1...3 { stage.publish(Tick(key: "a", number: number), as: "clock") }
        stage.publish(Tick(key: "b", number: 1), as: "clock")
        #expect(stage.runtime.messagesInHand == 4)
        #expect(stage.runtime.counts.parked == 0)
        isUp.value = true
        stage.run(for: .seconds(20))
        #expect(stage.runtime.messagesInHand == 0)
        #expect(stage.runtime.counts.handled == 4)
    }

    @Test("do not include parked messages, whose rows say when they are tried again")
    func parked() throws {
        let stage = try stage(RetryPolicy(initialDelay: .minutes(1), factor: 1, jitter: 0))
        for number in 1...3 { stage.publish(Tick(key: "a", number: number), as: "clock") }
        #expect(stage.runtime.counts.parked == 3)
        #expect(stage.runtime.messagesInHand == 0)
        stage.run(for: .minutes(3))
        #expect(stage.runtime.counts.retried > 1)
        #expect(stage.runtime.messagesInHand == 0)
        isUp.value = true
        stage.run(for: .minutes(1))
        #expect(stage.runtime.messagesInHand == 0)
        #expect(stage.runtime.counts.handled == 3)
    }

    @Test("are none when a key whose messages overflowed into the store has been handled")
    func overflowed() throws {
        var configuration = RuntimeConfiguration()
        configuration.bufferedMessagesPerKey = 2
        let stage = try stage(RetryPolicy(initialDelay: .seconds(5), factor: 1, jitter: 0), configuration)
        for number in 1...6 { stage.publish(Tick(key: "a", number: number), as: "clock") }
        #expect(stage.runtime.messagesInHand == 2)
        isUp.value = true
        stage.run(for: .seconds(5))
        #expect(stage.runtime.messagesInHand == 0)
        #expect(stage.runtime.counts.handled == 6)
    }
}
