import SkeinActions
import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

@Suite("The plan of an action")
struct ActionPlanTests {
    private let store = RecordingStore()
    private let outside = Outside()

    /// A process that sleeps, one whose activity has failed, and a message whose handler has failed.
    private func simulation() throws -> Simulation {
        let components = [
            Component("shop") { Processes(Charging(), Fetching(outside: outside)) }, till(), stock(outside),
        ]
        let simulation = try Simulation(store: store, components: components)
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        return simulation
    }

    private func id(_ process: String) throws -> InstanceID {
        try #require(try store.makeReader().instance(component: "shop", process: process, key: "a")?.id)
    }

    enum Subject: CaseIterable {
        case suspension, cancellation, termination, retry, edit, incident, skipped, system
    }

    private func action(_ subject: Subject) throws -> OperatorAction {
        let (charging, fetching) = (try id("charging"), try id("fetching"))
        let open = try store.openIncidents()
        let message = try #require(open.first { $0.position != nil }?.id)
        switch subject {
        case .suspension: return .suspend(instance: charging)
        case .cancellation: return .cancel(instance: charging, reason: "test")
        case .termination: return .terminate(instance: fetching, reason: "test")
        case .retry: return .retryInstance(fetching)
        case .edit:
            var edit = RetryPolicy.Edit()
            edit.attempts = .limited(5)
            return .editRetry(instance: fetching, activity: 1, edit)
        case .incident: return .retry(incident: message)
        case .skipped: return .skip(incident: message)
        case .system: return .suspendSystem("line")
        }
    }

    @Test("is what a runtime commits, as a tool on the closed store would", arguments: Subject.allCases)
    func same(subject: Subject) throws {
        let simulation = try simulation()
        let action = try action(subject)
        let planner = ActionPlanner(reader: try store.makeReader(), now: simulation.clock.now)
        let plan = try planner.plan(action)
        store.units.withLock { $0 = [] }
        let report = try simulation.perform { try await $0.perform(action) }
        let committed = store.units.withLock { $0 }
        #expect(committed.contains { $0.writes == plan.writes }, "\(committed.map(\.writes))")
        #expect(report.changes == plan.changes)
    }

    @Test("is durable before anybody is answered", arguments: Subject.allCases)
    func answered(subject: Subject) throws {
        let simulation = try simulation()
        let action = try action(subject)
        let plan = try ActionPlanner(reader: try store.makeReader(), now: simulation.clock.now).plan(action)
        let store = store
        store.units.withLock { $0 = [] }
        let isDurable = try simulation.perform { runtime in
            _ = try await runtime.perform(action)
            return store.units.withLock { $0.contains { $0.writes == plan.writes } }
        }
        #expect(isDurable)
    }

    @Test("of an action that has been carried out already changes nothing")
    func twice() throws {
        let simulation = try simulation()
        let id = try id("charging")
        try simulation.perform { try await $0.suspend(instance: id) }
        let length = try store.makeReader().journalEnd(of: id)
        try simulation.perform { try await $0.suspend(instance: id) }
        #expect(try store.makeReader().journalEnd(of: id) == length)
        #expect(try store.makeReader().instance(id)?.status == .suspended)
    }
}

@Suite("An action on an instance that is at work")
struct BusyInstanceTests {
    private let store = MemoryStore()

    @Test("is not put off until the instance has nothing on its way", arguments: 1...8)
    func busy(seed: UInt64) throws {
        let done = Mutexed(0)
        var options = Simulation.Options()
        options.seed = seed
        let simulation = try simulation(options, store: store) { _, flow in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for branch in 1...6 {
                    group.addTask {
                        for round in 1...60 {
                            try await flow.perform("work \(branch) \(round)") { _ in done.value += 1 }
                        }
                    }
                }
                try await group.waitForAll()
            }
            return "done"
        }
        try simulation.begin { runtime in
            try await runtime.client(as: "work").publish(JobRequested(id: "a"))
            while done.value < 20 { await Task.yield() }
            try await runtime.suspend(instance: 1)
            #expect(done.value < 200)
        }
        #expect(try simulation.instance(of: store)?.status == .suspended)
        #expect(done.value < 200)
        try simulation.perform { try await $0.resume(instance: 1) }
        #expect(try simulation.results() == ["done"])
        #expect(done.value == 360, "each activity was performed once")
    }

    @Test("leaves the attempt under way alone, and what that comes to counts", arguments: [false, true])
    func attempt(fails: Bool) throws {
        let (world, gate) = (World(), Gate())
        let simulation = try simulation(store: store) { _, flow in
            let retry = RetryPolicy(attempts: 2, initialDelay: .hours(1), factor: 1, jitter: 0)
            try await flow.perform("call", ActivityOptions(retry: retry, timeout: .days(1))) { context in
                try world.call("attempt \(context.attempt)")
                guard context.attempt == 1 else { return }
                await gate.wait()
                if fails { throw Outside.Broken() }
            }
            return "done"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try simulation.perform { try await $0.suspend(instance: 1) }
        var edit = RetryPolicy.Edit()
        (edit.initialDelay, edit.attempts) = (.seconds(1), .limited(3))
        let policy = edit
        try simulation.perform { _ = try await $0.perform(.editRetry(instance: 1, activity: 1, policy)) }
        gate.open()
        simulation.run(for: .minutes(1))
        #expect(world.calls == ["attempt 1"])
        #expect(try simulation.results().isEmpty)
        try simulation.perform { try await $0.resume(instance: 1) }
        simulation.run(for: .minutes(1))
        #expect(world.calls == (fails ? ["attempt 1", "attempt 2"] : ["attempt 1"]), "by the edited policy")
        #expect(try simulation.results() == ["done"])
    }

    @Test("that ends it lets nobody hear of the attempt under way", arguments: [false, true])
    func ended(terminating: Bool) throws {
        let gate = Gate()
        let simulation = try simulation(store: store) { _, flow in
            try await flow.perform("call", ActivityOptions(timeout: .days(1))) { _ in await gate.wait() }
            return "done"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let outcome = Mutexed<ProcessOutcome?>(nil)
        try simulation.begin { runtime in
            outcome.value = try await runtime.outcome(of: Scripted.self, key: "a", in: "work", within: .days(1))
        }
        try simulation.perform { runtime in
            if terminating { try await runtime.terminate(instance: 1) } else { try await runtime.cancel(instance: 1) }
        }
        #expect(outcome.value == .ended(.canceled, result: nil), "who waits for the end hears of it")
        let length = try store.makeReader().journalEnd(of: 1)
        gate.open()
        simulation.run(for: .hours(1))
        #expect(try simulation.instance(of: store)?.status == .canceled)
        #expect(try store.makeReader().journalEnd(of: 1) == length)
        #expect(simulation.runtime.counts.sealedEffects == 1)
    }
}

/// Remembers what was committed.
private final class RecordingStore: Store {
    let inner = MemoryStore()
    let units = Mutex<[CommitUnit]>([])

    var label: String { inner.label }

    func commit(_ batch: CommitBatch) throws -> [UnitOutcome] {
        let outcomes = try inner.commit(batch)
        units.withLock { $0 += batch.units }
        return outcomes
    }

    func makeReader() throws -> any StoreReader { try inner.makeReader() }
    func observeAppends(_ observer: (@Sendable ([LogRecord]) -> Void)?) { inner.observeAppends(observer) }
    func checkForeign(_ problem: (@Sendable (Envelope) -> String?)?) { inner.checkForeign(problem) }
    func relayForeign() throws { try inner.relayForeign() }
    func close() throws { try inner.close() }
}
