import SkeinActions
import SkeinCore
import SkeinStorage
import SkeinTesting
import Testing

/// An é as one scalar, and as a letter with an accent: equal as Swift strings, two keys in every store.
private enum Spelling {
    static let composed = "\u{E9}"
    static let decomposed = "e\u{301}"
}

@Suite("Two spellings of a key")
struct KeySpellingTests {
    @Test("are two instances, whether they are in memory or not", arguments: [false, true])
    func instances(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { start, flow in
            let charged = try await flow.wait(for: Charged.self, key: start.id, until: .hours(1))
            return "\(start.id.utf8.count) \(charged == nil ? "waited in vain" : "charged")"
        }
        try simulation.publish(JobRequested(id: Spelling.composed), as: "work")
        try simulation.publish(JobRequested(id: Spelling.decomposed), as: "work")
        try simulation.send(Charge(orderID: Spelling.decomposed, amount: 1))
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == ["3 charged", "2 waited in vain"])
    }

    @Test("are parked and go on one by one")
    func handlers() throws {
        let isDown = Mutexed(true)
        let handled = Mutexed<[Int]>([])
        let work = Component("work") {
            Publishes(JobRequested.self)
            Handle(JobRequested.self) { job, _ in
                if isDown.value { throw Unreachable() }
                handled.value.append(job.id.utf8.count)
            }.retry(.never)
        }
        let simulation = try Simulation(store: MemoryStore(), components: [work])
        try simulation.publish(JobRequested(id: Spelling.composed), as: "work")
        try simulation.publish(JobRequested(id: Spelling.decomposed), as: "work")
        isDown.value = false
        for incident in try simulation.incidents() {
            let id = incident.id
            try simulation.perform { runtime in _ = try await runtime.perform(.retry(incident: id)) }
        }
        simulation.run(for: .hours(1))
        #expect(handled.value.sorted() == [2, 3])
        #expect(try simulation.incidents().isEmpty)
    }

    private static let both = [Spelling.composed, Spelling.decomposed]

    /// Waits for a charge under either spelling.
    private func waiting(_ store: MemoryStore) throws -> Simulation {
        try simulation(store: store) { _, flow in
            let count = try await flow.wait(until: .hours(1)) {
                On(Charged.self, for: Spelling.composed) { $0.orderID.utf8.count }
                On(Charged.self, for: Spelling.decomposed) { $0.orderID.utf8.count }
            }
            return count.map { "\($0)" } ?? "waited in vain"
        }
    }

    @Test("are two waits of one operation, also after it was read from the store", arguments: both)
    func waits(key: String) throws {
        let store = MemoryStore()
        let simulation = try waiting(store)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.perform { try await $0.resume(instance: id) }
        try simulation.send(Charge(orderID: key, amount: 1))
        #expect(try simulation.results() == ["\(key.utf8.count)"])
        #expect(try store.makeReader().waits(of: id).isEmpty)
    }

    @Test("are a change of the code that a replay notices")
    func replay() throws {
        let store = MemoryStore()
        func waiting(for key: String) throws -> Simulation {
            try simulation(store: store) { _, flow in "\(try await flow.wait(for: Charged.self, key: key).amount)" }
        }
        try waiting(for: Spelling.composed).publish(JobRequested(id: "a"), as: "work")
        let changed = try waiting(for: Spelling.decomposed)
        try changed.send(Charge(orderID: Spelling.composed, amount: 1))
        #expect(try changed.incidents().map(\.cause) == ["journalMismatch"])
    }

    @Test("are one purpose of a saga, whose timer is the last one set")
    func purposes() throws {
        let store = MemoryStore()
        let simulation = try Simulation(
            store: store, components: [Component("shop") { Sagas(SpellingSaga.self) }])
        try simulation.publish(OrderPlaced(orderID: "o"), as: "shop")
        #expect(try store.makeReader().timers(of: 1).map(\.purpose.utf8.count) == [3])
        simulation.run(for: .hours(3))
        #expect(try simulation.messages(of: OrderClosed.self).map(\.outcome) == ["3"])
        #expect(try store.makeReader().timers(of: 1).isEmpty)
    }

    @Test("are two outside systems, each of whose activities go on after a restart")
    func systems() throws {
        let isDown = Mutexed(true)
        let simulation = try simulation { start, flow in
            let options = ActivityOptions(
                retry: RetryPolicy(initialDelay: .minutes(1)), system: start.id == "a" ? Self.both[0] : Self.both[1])
            return try await flow.perform("call", options) { _ in
                if isDown.value { throw Unreachable() }
                return start.id
            }
        }
        for key in ["a", "b"] { try simulation.publish(JobRequested(id: key), as: "work") }
        simulation.crash()
        isDown.value = false
        simulation.run(for: .hours(2))
        #expect(try simulation.results().sorted() == ["a", "b"])
    }

    @Test("are two outside systems, one of which is suspended and resumed")
    func suspension() throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { start, flow in
            try await flow.perform("call", ActivityOptions(system: Spelling.composed)) { _ in "called" }
        }
        let (own, other) = (Self.both[0], Self.both[1])
        try simulation.perform { try await $0.suspend(system: other) }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try simulation.results() == ["called"])
        try simulation.perform { try await $0.suspend(system: own) }
        try simulation.publish(JobRequested(id: "b"), as: "work")
        #expect(try simulation.results().count == 1)
        try simulation.perform { try await $0.resume(system: own) }
        #expect(try simulation.results().count == 2)
        let left = try store.makeReader().suspendedSystems()
        #expect(left.map(\.utf8.count) == [3])
        let error = #expect(throws: ActionError.self) {
            try simulation.perform { try await $0.resume(system: own) }
        }
        #expect(error?.code == .notSuspended)
    }
}

private struct SpellingSaga: Saga {
    static let name = "spelling"

    static var behavior: SagaBehavior<SpellingSaga> {
        Begin(OrderPlaced.self, by: \.orderID) { _, saga in
            saga.wake(Spelling.composed, after: .hours(1))
            saga.wake(Spelling.decomposed, after: .hours(2))
            return SpellingSaga()
        }
        Wake { _, purpose, saga in
            saga.publish(OrderClosed(orderID: "o", outcome: "\(purpose.utf8.count)"))
            saga.end()
        }
    }
}
