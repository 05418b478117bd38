import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("What is in memory is bounded")
struct BoundTests {
    let store = MemoryStore()

    @Test("also where more timers are due at once than commits can take in")
    func timers() throws {
        let committer = HeldRunner()
        let count = 6000
        let sleepers = Scripted { start, flow in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<count { group.addTask { try await flow.sleep(for: .hours(1)) } }
                try await group.waitForAll()
            }
            return start.id
        }
        let stage = try Stage(
            store: store, runner: { label, runner in label == "committer" ? committer.before(runner) : runner },
            components: [Component("work") { Processes(sleepers) }])
        stage.publish(JobRequested(id: "a"), as: "work")
        #expect(stage.runtime.core.tail.end == 1)
        committer.hold()
        stage.run(for: .hours(1))
        let kernel = try #require(stage.runtime.kernel(of: "work", process: "scripted")?.kernel)
        #expect(kernel.ticket > kernel.committedTicket)
        #expect(kernel.ticket - kernel.committedTicket <= KernelContext.pipelineDepth)
        committer.letGo()
        stage.run(for: .zero)
        #expect(try store.makeReader().instance(component: "work", process: "scripted", key: "a")?.status == .completed)
    }

    @Test("also where more activities than that wait for an outside system at the start")
    func activities() throws {
        let gauge = Mutexed(Gauge())
        var options = Simulation.Options()
        options.configuration.liveInstances = 4
        options.configuration.reactionBatch = 4
        let simulation = try simulation(options, store: store) { start, flow in
            let gauge = gauge.value
            gauge.enter()
            defer { gauge.leave() }
            return try await flow.perform("call", ActivityOptions(system: "line")) { _ in start.id }
        }
        try simulation.perform { try await $0.suspend(system: "line") }
        for number in 1...60 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        gauge.value = Gauge()
        simulation.crash()
        #expect(gauge.value.peak > 0)
        #expect(gauge.value.peak <= 12)
        try simulation.perform { try await $0.resume(system: "line") }
        #expect(try simulation.results().count == 60)
    }

    @Test("also where more keys than that are to be tried again at one time")
    func keys() throws {
        let (gate, isUp) = (Gate(), Mutexed(false))
        let notes = Component("notes") {
            Handle(Tick.self) { _, _ in
                guard isUp.value else { throw Unreachable() }
                await gate.wait()
            }
            .retry(RetryPolicy(initialDelay: .minutes(1), factor: 1, jitter: 0)).timeout(.days(1))
        }
        var configuration = RuntimeConfiguration()
        (configuration.bufferedMessages, configuration.concurrentHandlers) = (4, 2)
        let stage = try Stage(store: store, configuration: configuration, components: [notes])
        for number in 1...20 { stage.publish(Tick(key: "k\(number)", number: number), as: "clock") }
        #expect(stage.runtime.counts.parked == 20)
        isUp.value = true
        stage.run(for: .minutes(1))
        #expect(stage.runtime.messagesInHand == 4)
        gate.open()
        stage.run(for: .zero)
        #expect(stage.runtime.counts.handled == 20)
        #expect(stage.runtime.messagesInHand == 0)
    }
}

/// Keeps work back until it is let go.
private final class HeldRunner: Sendable {
    private let held = Mutexed<[(any Runner, @Sendable () -> Void)]?>(nil)

    func hold() { held.value = [] }

    func letGo() {
        let work = held.value ?? []
        held.value = nil
        for (runner, item) in work { runner.submit(item) }
    }

    func before(_ runner: any Runner) -> any Runner { Place(keeper: self, runner: runner) }

    private struct Place: Runner {
        let keeper: HeldRunner
        let runner: any Runner

        func submit(_ work: @escaping @Sendable () -> Void) {
            if keeper.held.value == nil { runner.submit(work) } else { keeper.held.value?.append((runner, work)) }
        }
    }
}
