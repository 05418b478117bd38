import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

struct JobRequested: Event {
    static let name: MessageName = "work.jobRequested"
    var id: String
    var subject: String? { id }
}

struct JobDone: Event {
    static let name: MessageName = "work.jobDone"
    var id: String
    var result: String
    var subject: String? { id }
}

struct Declined: BusinessError, Equatable {
    var reason: String
}

struct Unreachable: Error, CustomStringConvertible {
    let description = "the line is dead"
}

/// A process whose behaviour is the test's.
struct Scripted: ProcessDefinition {
    static let name = "scripted"
    static func key(of start: JobRequested) -> String { start.id }

    let body: @Sendable (JobRequested, Flow) async throws -> String

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        let result = try await body(start, flow)
        flow.publish(JobDone(id: start.id, result: result))
    }
}

/// An outside world that a test scripts: it fails as often as it is told, and keeps a record of every call.
final class World: Sendable {
    private let state: Mutex<(failures: Int, calls: [String])>

    init(failing failures: Int = 0) { state = Mutex((failures, [])) }

    var calls: [String] { state.withLock { $0.calls } }

    func call(_ what: String) throws {
        let fails = state.withLock { state in
            state.calls.append(what)
            state.failures -= 1
            return state.failures >= 0
        }
        if fails { throw Unreachable() }
    }
}

func simulation(
    _ options: Simulation.Options = .init(), store: any Store = MemoryStore(),
    _ body: @escaping @Sendable (JobRequested, Flow) async throws -> String
) throws -> Simulation {
    try Simulation(
        store: store, options: options, components: [Component("work") { Processes(Scripted(body: body)) }, till()])
}

extension Simulation {
    func results() throws -> [String] {
        try log().compactMap { ($0.envelope.name == JobDone.name) ? $0 : nil }.map {
            try PayloadCoder.json.decode(JobDone.self, from: $0.envelope.payload.bytes).result
        }
    }

    func instance(_ key: String = "a", of store: any Store) throws -> InstanceRow? {
        try store.makeReader().instance(component: "work", process: "scripted", key: key)
    }
}

@Suite("Activities")
struct ActivityTests {
    @Test("are retried with back-off under one idempotency key until they succeed", arguments: [false, true])
    func retry(crashing: Bool) throws {
        let world = World(failing: 3)
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { _, flow in
            let retry = RetryPolicy(attempts: 10, initialDelay: .minutes(1), factor: 2, jitter: 0)
            return try await flow.perform("call", ActivityOptions(retry: retry)) { context in
                try world.call(context.idempotencyKey)
                return "attempt \(context.attempt)"
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(3))
        #expect(world.calls.count == 3)
        simulation.run(for: .minutes(4))
        #expect(try simulation.results() == ["attempt 4"])
        #expect(Set(world.calls).count == 1)
        #expect(simulation.elapsed == .minutes(7))
    }

    @Test("give back an optional result, also in a replay", arguments: [false, true])
    func optional(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { _, flow in
            let seat: Int? = try await flow.perform("find a seat") { _ -> Int? in 7 }
            let table: Int? = try await flow.perform("find a table") { _ -> Int? in nil }
            try await flow.sleep(for: .hours(1))
            return "\(String(describing: seat)) \(String(describing: table))"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == ["Optional(7) nil"])
    }

    @Test("raise an incident when their retries run out, and go on when an operator retries them")
    func incident() throws {
        let world = World(failing: 2)
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            try await flow.perform("call", ActivityOptions(retry: RetryPolicy(attempts: 2, jitter: 0))) { _ in
                try world.call("x")
                return "done"
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .days(1))
        #expect(world.calls.count == 2)
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 10).first)
        #expect(incident.kind == "activity")
        #expect(incident.cause == "call")
        #expect(incident.error == "the line is dead")
        let id = try #require(incident.instance)
        try simulation.perform { try await $0.retry(instance: id) }
        simulation.run(for: .minutes(1))
        #expect(try simulation.results() == ["done"])
        #expect(try store.makeReader().openIncidents(after: 0, limit: 10).isEmpty)
    }

    @Test("throw into a process that models their exhaustion", arguments: [false, true])
    func exhaustion(crashing: Bool) throws {
        let world = World(failing: 100)
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { _, flow in
            do {
                let options = ActivityOptions(retry: RetryPolicy(attempts: 3, jitter: 0), onExhaustion: .throw)
                return try await flow.perform("call", options) { _ in
                    try world.call("x")
                    return "done"
                }
            } catch let error as ActivityExhausted {
                try await flow.sleep(for: .minutes(1))
                return "gave up after \(error.attempts)"
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["gave up after 3"])
    }

    @Test("end with a declared business error at once, in the first run and in every replay", arguments: [false, true])
    func businessError(crashing: Bool) throws {
        let world = World()
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { _, flow in
            do {
                return try await flow.perform("call", throwing: Declined.self) { context in
                    try world.call(context.idempotencyKey)
                    throw Declined(reason: "expired")
                }
            } catch let error as Declined {
                try await flow.sleep(for: .days(1))
                return error.reason
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .days(1))
        #expect(try simulation.results() == ["expired"])
        #expect(Set(world.calls).count == 1)
    }

    @Test("follow a retry policy that an operator edits while they are being retried")
    func editing() throws {
        let world = World(failing: 5)
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            let retry = RetryPolicy(
                attempts: nil, initialDelay: .days(1), factor: 1, maximumDelay: .days(1), jitter: 0)
            return try await flow.perform("call", ActivityOptions(retry: retry)) { _ in
                try world.call("x")
                return "done"
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        let faster = RetryPolicy(attempts: nil, initialDelay: .minutes(1), factor: 1, jitter: 0)
        try simulation.perform { try await $0.edit(instance: id, activity: 1, retry: faster) }
        simulation.run(for: .seconds(59))
        #expect(world.calls.count == 1)
        simulation.run(for: .seconds(1))
        #expect(world.calls.count == 2, "the attempt that was due in a day is made earlier")
        simulation.run(for: .minutes(4))
        #expect(try simulation.results() == ["done"])
    }

    @Test("that wait for another attempt can be tried at once", arguments: [false, true])
    func hurried(offline: Bool) throws {
        let world = World(failing: 1)
        let store = MemoryStore()
        let body: @Sendable (JobRequested, Flow) async throws -> String = { _, flow in
            let retry = RetryPolicy(initialDelay: .days(1), maximumDelay: .days(1))
            return try await flow.perform("call", ActivityOptions(retry: retry)) { context in
                try world.call("x")
                return "attempt \(context.attempt)"
            }
        }
        let before = try simulation(store: store, body)
        try before.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try before.instance(of: store)?.id)
        if offline {
            _ = try store.carryOut(.retryInstance(id), at: before.clock.now)
            #expect(try simulation(store: store, body).results() == ["attempt 2"])
        } else {
            try before.perform { try await $0.retry(instance: id) }
            #expect(try before.results() == ["attempt 2"])
        }
    }

    @Test(
        "tell the journal what happens to them and to their instance, and a replay passes that by",
        arguments: [false, true])
    func notes(offline: Bool) throws {
        let world = World(failing: 2)
        let store = MemoryStore()
        let body: @Sendable (JobRequested, Flow) async throws -> String = { _, flow in
            try await flow.perform("call", ActivityOptions(retry: RetryPolicy(attempts: 2, jitter: 0))) { _ in
                try world.call("x")
                return "done"
            }
        }
        let simulation = try simulation(store: store, body)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .seconds(1))
        let id = try #require(try simulation.instance(of: store)?.id)
        let actions: [OperatorAction] = [.suspend(instance: id), .resume(instance: id), .retryInstance(id)]
        for action in actions {
            if offline {
                _ = try store.carryOut(action, at: simulation.clock.now)
            } else {
                try simulation.perform { _ = try await $0.perform(action) }
            }
        }
        let after = try Simulation(
            store: store, components: [Component("work") { Processes(Scripted(body: body)) }, till()])
        after.run(for: .seconds(2))
        #expect(try after.results() == ["done"])
        let journal = try store.makeReader().journal(of: id, after: 0, limit: 99)
        #expect(
            journal.map(\.kind) == [
                "start", "attempt", "attempt", "suspended", "resumed", "retried", "activity",
            ])
        #expect(journal.map(\.seq) == Array(1...7))
        #expect(try JournalEntry(journal[2]).attempts == 2)
        #expect(try JournalEntry(journal[2]).error == "the line is dead")
    }

    @Test("that do not return in time count as failed, and their late results are ignored")
    func timeout() throws {
        let gate = Gate()
        let simulation = try simulation { _, flow in
            let options = ActivityOptions(retry: RetryPolicy(attempts: 2, jitter: 0), timeout: .seconds(5))
            return try await flow.perform("call", options) { context in
                if context.attempt == 1 { await gate.wait() }
                return "attempt \(context.attempt)"
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .seconds(6))
        #expect(try simulation.results() == ["attempt 2"])
        gate.open()
        simulation.run(for: .seconds(6))
        #expect(try simulation.results() == ["attempt 2"])
        #expect(simulation.runtime.counts.sealedEffects == 1)
    }

    @Test("share a circuit breaker, which stops calls, probes, and releases what waits gradually")
    func breaker() throws {
        let world = World(failing: 5)
        var options = Simulation.Options()
        options.configuration.breakers["line"] = BreakerPolicy(failures: 5, openFor: .minutes(1))
        let simulation = try simulation(options) { _, flow in
            let retry = RetryPolicy(attempts: nil, initialDelay: .seconds(1), factor: 1, jitter: 0)
            return try await flow.perform("call", ActivityOptions(retry: retry, system: "line")) { _ in
                try world.call("x")
                return "done"
            }
        }
        for number in 0..<20 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        #expect(world.calls.count == 5, "the fifth failure opens the circuit")
        simulation.run(for: .seconds(50))
        #expect(world.calls.count == 5, "while it is open nothing calls")
        simulation.run(for: .minutes(2))
        #expect(try simulation.results().count == 20)
        #expect(world.calls.count == 25)
    }
}

/// Holds up whoever waits until it is opened.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
