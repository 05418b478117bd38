import Foundation
import Logging
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

@Suite("Whoever waits for an outcome in memory")
struct OutcomeCallTests {
    private func sleeper() -> Component {
        Component("work") {
            Processes(
                Scripted { start, flow in
                    try await flow.sleep(for: .days(1))
                    return start.id
                })
        }
    }

    @Test("ends when it is cancelled, and leaves nothing behind")
    func cancelled() throws {
        let ledger = Ledger()
        let stage = try Stage(components: [sleeper(), till()])
        let timers = stage.runtime.core.intervals.count
        stage.perform { runtime in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let outcome = try await runtime.outcome(
                        of: "scripted", key: "a", in: "work", within: .days(36_500))
                    ledger.note("\(outcome)")
                }
                try await runtime.client().send(Charge(orderID: "a", amount: 1))
                ledger.note("cancels")
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(ledger.entries == ["cancels", "accepted"])
        #expect(stage.runtime.kernel(of: "work", process: "scripted")?.observers.count == 0)
        #expect(stage.runtime.core.intervals.count == timers)
    }

    @Test("is forgotten by the kernel that has taken the place of the one that was asked")
    func handedOver() throws {
        let clock = Mutexed<VirtualClock?>(nil)
        let work = Component("work") {
            Processes(
                Scripted { start, flow in
                    try await flow.sleep(for: .minutes(1))
                    if start.id == "bad", let clock = clock.value {
                        clock.advance(to: clock.now.advanced(by: .seconds(11)))
                    }
                    return start.id
                })
        }
        var options = Simulation.Options()
        options.order = .arrival
        let store = MemoryStore()
        let simulation = try Simulation(store: store, options: options, components: [work, till()])
        clock.value = simulation.clock
        let first = try #require(simulation.runtime.kernel(of: "work", process: "scripted"))
        try simulation.publish(JobRequested(id: "bad"), as: "work")
        try simulation.begin { _ = try await $0.outcome(of: "scripted", key: "other", in: "work", within: .hours(1)) }
        simulation.run(for: .minutes(30))
        #expect(try store.openIncidents().map(\.cause) == ["runaway"])
        let second = try #require(simulation.runtime.kernel(of: "work", process: "scripted"))
        #expect(second !== first)
        #expect(second.observers.count == 1)
        simulation.run(for: .hours(1))
        #expect(second.observers.count == 0)
    }

    @Test("leaves nothing behind where its time is over before the kernel has heard of it")
    func overAtOnce() async throws {
        let (executor, clock) = (SimulatedExecutor(), PromptClock())
        let runner = TellingRunner(runner: executor, posted: clock.posted)
        let environment = RuntimeEnvironment(
            clock: clock, makeRunner: { _ in runner }, executor: executor, random: { 7 })
        let runtime = try Runtime(
            store: MemoryStore(), environment: environment,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            components: [sleeper(), till()])
        runtime.start()
        executor.runUntilIdle()
        let answer = Mutexed<ProcessOutcome?>(nil)
        clock.isPrompt.value = true
        while clock.posted.wait(timeout: .now()) == .success {}
        Task(executorPreference: executor) {
            answer.value = try await runtime.outcome(of: "scripted", key: "a", in: "work", within: .zero)
        }
        executor.runUntilIdle()
        await clock.hasGoneOff()
        executor.runUntilIdle()
        #expect(answer.value == .accepted)
        #expect(runtime.kernel(of: "work", process: "scripted")?.observers.count == 0)
    }
}

/// A clock whose alarms, where their time has passed, go off on another thread before whoever sets them goes on.
private struct PromptClock: RuntimeClock {
    let now = Timestamp.epoch
    let isPrompt = Mutexed(false)
    /// Signalled by each piece of work that is handed to a runner.
    let posted = DispatchSemaphore(value: 0)
    private let gone = AsyncStream<Void>.makeStream()

    func makeAlarm(_ fire: @escaping @Sendable () -> Void) -> any ClockAlarm { Alarm(clock: self, fire: fire) }

    func hasGoneOff() async { for await _ in gone.stream { return } }

    private struct Alarm: ClockAlarm {
        let clock: PromptClock
        let fire: @Sendable () -> Void

        func set(_ due: Timestamp?) {
            guard let due, due <= clock.now, clock.isPrompt.value else { return }
            clock.isPrompt.value = false
            Thread.detachNewThread {
                fire()
                clock.gone.continuation.yield()
            }
            clock.posted.wait()
        }
    }
}

/// A runner that says when it is given something.
private struct TellingRunner: Runner {
    let runner: any Runner
    let posted: DispatchSemaphore

    func submit(_ work: @escaping @Sendable () -> Void) {
        runner.submit(work)
        posted.signal()
    }
}
