import Dispatch
import Foundation
import SkeinActions
import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

@Suite("Evicted code")
struct UnwindingTests {
    private let store = MemoryStore()
    private let memory = Remnants()

    /// Runs twenty instances with room for one, so that the others are evicted where they wait.
    private func crowd(
        _ count: Int = 20, _ body: @escaping @Sendable (JobRequested, Flow) async throws -> String
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.configuration.liveInstances = 1
        let memory = memory
        let simulation = try SkeinCoreTests.simulation(options, store: store) { start, flow in
            let remnant = memory.begin()
            defer { withExtendedLifetime(remnant) {} }
            return try await body(start, flow)
        }
        for number in 1...count { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        return simulation
    }

    /// Checks that evicted copies leave neither memory nor effects behind.
    private func isClean(_ simulation: Simulation, acted: Int = 0) throws {
        let counts = simulation.runtime.counts
        #expect(counts.evictions >= 18)
        #expect(counts.abandonedTasks == 0)
        #expect(memory.alive <= 2, "of \(memory.begun) copies that began")
        #expect(try simulation.log().filter { $0.envelope.name == Note.name }.count == acted)
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).isEmpty)
    }

    private static func charge(_ start: JobRequested, _ flow: Flow) async throws {
        try await flow.request(
            Charge(orderID: start.id, amount: 1), expecting: Charged.self, undo: { Refund(orderID: $0.orderID) },
            confirmedBy: Late.self)
    }

    @Test("may block while it unwinds, because other threads do what waits for its own")
    func blocking() async throws {
        let pool = WorkerPool(width: 2)
        let (engine, other) = (pool.makeRunner(), pool.makeRunner())
        let setting = MachineSetting(
            component: "work", factory: MessageFactory(coder: .json, maximumPayloadSize: 1000),
            catalogue: try Catalogue([]), counters: Counters(), escaped: { _ in })
        let id = MessageID("start")
        let row = InstanceRow(
            id: InstanceID(rawValue: 1), component: "work", process: "job", key: "a", version: 1, notation: .code,
            shard: 0,
            seed: Seed(high: 0, low: 0), correlationID: id, startedAt: .epoch)
        let start = Envelope(
            time: .epoch,
            metadata: .init(
                id: id, kind: .event, name: "work.start", version: SchemaVersion(1, 0, 0), source: "work",
                subject: "a"),
            context: .init(correlationID: id), payload: Payload(bytes: Data()))
        await withCheckedContinuation { continuation in
            engine.submit {
                PromptReturn.promise()
                let machine = CodeMachine(row: row, setting: setting) { _, flow in
                    defer { Self.wait(for: other) }
                    try await flow.sleep(for: .hours(1))
                    return nil
                }
                _ = machine.react(.start(Delivered(position: 1, envelope: start)), turn: Turn(now: .epoch, position: 0))
                machine.retire()
                continuation.resume()
            }
        }
    }

    private static func wait(for runner: any Runner) {
        let done = DispatchSemaphore(value: 0)
        runner.submit { done.signal() }
        done.wait()
    }

    @Test("unwinds from the middle of a compensation")
    func compensating() throws {
        let simulation = try crowd { start, flow in
            try await Self.charge(start, flow)
            try await flow.compensate()
            return "undone"
        }
        try isClean(simulation)
        for number in 1...20 { try simulation.publish(Late(orderID: "\(number)"), as: "work") }
        #expect(try simulation.results().isEmpty, "the confirmation is awaited from the command itself")
    }

    @Test("unwinds through a catch that compensates and rethrows")
    func compensatingCatch() throws {
        let simulation = try crowd { start, flow in
            try await Self.charge(start, flow)
            do {
                try await flow.sleep(for: .hours(1))
                throw Unreachable()
            } catch {
                flow.publish(Note(text: "caught"))
                try await flow.compensate()
                throw error
            }
        }
        try isClean(simulation)
        #expect(try simulation.log().allSatisfy { $0.envelope.name != Refund.name })
        simulation.run(for: .hours(1))
        #expect(try simulation.log().filter { $0.envelope.name == Refund.name }.count == 20)
    }

    @Test("unwinds through an error of its own that would compensate and end the instance")
    func businessError() throws {
        let simulation = try crowd { start, flow in
            try await Self.charge(start, flow)
            do { try await flow.sleep(for: .hours(1)) } catch { throw TurnedDown() }
            return "done"
        }
        try isClean(simulation)
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == Array(repeating: "done", count: 20))
    }

    @Test("unwinds through defer, task groups and branches, whatever they catch")
    func branches() throws {
        let simulation = try crowd { _, flow in
            defer { flow.publish(Note(text: "deferred")) }
            async let other: Void = flow.sleep(for: .hours(1))
            let count = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...3 {
                    group.addTask {
                        do { try await flow.sleep(for: .hours(number)) } catch { try? await flow.compensate() }
                        return number
                    }
                }
                return try await group.reduce(0, +)
            }
            try await other
            return "\(count)"
        }
        try isClean(simulation)
        simulation.run(for: .hours(3))
        #expect(try simulation.results() == Array(repeating: "6", count: 20))
        #expect(try simulation.log().filter { $0.envelope.name == Note.name }.count == 20)
    }

    @Test("unwinds through loops with a number of tries, a time limit, a check for cancellation or a random end")
    func loops() throws {
        let simulation = try crowd { _, flow in
            for _ in 1...3 { try? await flow.sleep(for: .hours(1)) }
            let end = flow.now.advanced(by: .hours(1))
            while flow.now < end, !Task.isCancelled {
                try? await flow.sleep(until: end)
                while flow.random(in: 1...6) != 6 {}
            }
            return "done"
        }
        try isClean(simulation)
        simulation.run(for: .hours(4))
        #expect(try simulation.results() == Array(repeating: "done", count: 20))
    }

    @Test("may escape while it unwinds without harm to the new copy")
    func elsewhere() throws {
        let gate = Gate()
        let simulation = try crowd(2) { start, flow in
            do { try await flow.wait(for: Charged.self, key: start.id) } catch { await gate.wait() }
            try await flow.sleep(for: .hours(1))
            return "done"
        }
        #expect(simulation.runtime.counts.evictions == 1)
        try simulation.publish(Charged(orderID: "1", amount: 1), as: "till")
        gate.open()
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["done"])
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).isEmpty)
    }

    @Test("is all code that waits when the runtime stops, and goes on in the next one")
    func stopping() throws {
        let memory = memory
        let simulation = try SkeinCoreTests.simulation(Simulation.Options(), store: store) { _, flow in
            let remnant = memory.begin()
            defer { withExtendedLifetime(remnant) {} }
            try await flow.sleep(for: .hours(1))
            return "done"
        }
        for number in 1...20 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        #expect(memory.alive == 20)
        try simulation.begin { await $0.stop() }
        #expect(memory.alive == 0)
        simulation.crash()
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == Array(repeating: "done", count: 20))
    }

    @Test("is stopped and counted when it catches every error forever")
    func endless() throws {
        let turns = Atomic(0)
        let simulation = try crowd { _, flow in
            while true {
                turns.add(1, ordering: .relaxed)
                try? await flow.sleep(for: .hours(1))
            }
        }
        let counts = simulation.runtime.counts
        #expect(counts.evictions >= 18)
        #expect(counts.abandonedTasks == counts.evictions, "one task each")
        #expect(turns.load(ordering: .relaxed) <= 20 + counts.evictions * (FlowState.callsOnTheWayOut + 1))
    }
}

/// The confirmation of a compensation that never comes by itself.
private struct Late: Event {
    static let name: MessageName = "work.late"
    var orderID: String
    var subject: String? { orderID }
}

private struct TurnedDown: BusinessError {
    static let code = "turnedDown"
}

/// Counts how many copies of a process's code are in memory.
private final class Remnants: Sendable {
    final class Remnant: Sendable {
        let all: Remnants

        init(_ all: Remnants) { self.all = all }

        deinit { all.ended.add(1, ordering: .relaxed) }
    }

    private let started = Atomic(0)
    fileprivate let ended = Atomic(0)

    var begun: Int { started.load(ordering: .relaxed) }
    var alive: Int { begun - ended.load(ordering: .relaxed) }

    func begin() -> Remnant {
        started.add(1, ordering: .relaxed)
        return Remnant(self)
    }
}
