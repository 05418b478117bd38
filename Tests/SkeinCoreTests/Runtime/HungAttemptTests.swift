import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("Attempts that do not come back")
struct HungAttemptTests {
    let store = MemoryStore()
    let gate = Gate()
    /// How many attempts have begun at what hangs.
    let begun = Ledger()

    private func handlers() throws -> Simulation {
        let (gate, begun) = (gate, begun)
        let notes = Component("notes") {
            Handle(Tick.self) { tick, context in
                if tick.key == "hung" {
                    begun.note("\(tick.number)")
                    await gate.wait()
                }
                try context.publish(Noted(key: tick.key, number: tick.number))
            }.timeout(.seconds(5))
        }
        return try Simulation(store: store, components: [notes])
    }

    private func activities(
        _ exhaustion: ActivityOptions.Exhaustion = .incident, system: String? = nil
    ) throws -> Simulation {
        let (gate, begun) = (gate, begun)
        return try simulation(store: store) { start, flow in
            let options = ActivityOptions(
                retry: RetryPolicy(attempts: 20, initialDelay: .seconds(1)), timeout: .seconds(5), system: system,
                onExhaustion: exhaustion)
            return try await flow.perform("call", options) { context in
                guard context.instanceKey == "hung" else { return start.id }
                begun.note("\(context.attempt)")
                await gate.wait()
                return start.id
            }
        }
    }

    @Test("of a handler become three at most, with an incident that says so, and other keys go on")
    func handlerBound() throws {
        let simulation = try handlers()
        for number in 1...2 { try simulation.publish(Tick(key: "hung", number: number), as: "clock") }
        simulation.run(for: .minutes(1))
        #expect(begun.entries.count == 3)
        var incident = try #require(try simulation.incidents().first)
        #expect(incident.error.contains("3 attempts of it have not come back"), "\(incident.error)")
        #expect(incident.nextAttempt != nil)
        try simulation.publish(Tick(key: "sound", number: 1), as: "clock")
        #expect(try simulation.messages(of: Noted.self).map(\.key) == ["sound"])
        simulation.run(for: .days(3))
        #expect(begun.entries.count == 3)
        // An operator gives it three more.
        let id = incident.id
        try simulation.perform { try await $0.repair(incident: id, .retry) }
        simulation.run(for: .days(3))
        #expect(begun.entries.count == 6)
        incident = try #require(try simulation.incidents().first)
        #expect(try simulation.incidents().count == 1 && incident.nextAttempt == nil)
        // They are gone with the process.
        simulation.crash()
        let last = incident.id
        try simulation.perform { try await $0.repair(incident: last, .retry) }
        #expect(begun.entries.count == 7)
        gate.open()
        simulation.run(for: .minutes(1))
        #expect(try simulation.messages(of: Noted.self).filter { $0.key == "hung" }.map(\.number) == [1, 2])
    }

    @Test("of a handler make room for another attempt when they come back after all")
    func handlerReturns() throws {
        let simulation = try handlers()
        try simulation.publish(Tick(key: "hung", number: 1), as: "clock")
        simulation.run(for: .minutes(10))
        #expect(begun.entries.count == 3)
        #expect(try simulation.incidents().count == 1)
        gate.open()
        simulation.run(for: .hours(1))
        #expect(begun.entries.count == 4)
        #expect(try simulation.messages(of: Noted.self).count == 1, "what comes back too late has no effects")
        #expect(try simulation.incidents().isEmpty)
    }

    @Test("of an activity become three at most, with an incident that says so, and others go on")
    func activityBound() throws {
        let simulation = try activities()
        try simulation.publish(JobRequested(id: "hung"), as: "work")
        simulation.run(for: .minutes(1))
        #expect(begun.entries == ["1", "2", "3"])
        let incident = try #require(try simulation.incidents().first)
        #expect(incident.error.contains("3 attempts of it have not come back"), "\(incident.error)")
        try simulation.publish(JobRequested(id: "sound"), as: "work")
        #expect(try simulation.results() == ["sound"])
        // An operator gives it three more, whether its retries have ended or not.
        let id = try #require(incident.instance)
        try simulation.perform { try await $0.retry(instance: id) }
        simulation.run(for: .days(3))
        #expect(begun.entries.count == 6)
        #expect(try simulation.incidents().map(\.nextAttempt) == [nil])
        try simulation.perform { try await $0.retry(instance: id) }
        simulation.run(for: .days(3))
        #expect(begun.entries.count == 9)
        simulation.crash()
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(begun.entries.count == 10)
        gate.open()
        simulation.run(for: .minutes(1))
        #expect(try simulation.results() == ["sound", "hung"])
    }

    @Test("of an activity make room for another attempt when they come back after all")
    func activityReturns() throws {
        let simulation = try activities()
        try simulation.publish(JobRequested(id: "hung"), as: "work")
        simulation.run(for: .minutes(1))
        #expect(begun.entries.count == 3)
        gate.open()
        simulation.run(for: .hours(1))
        #expect(begun.entries.count == 4)
        #expect(try simulation.results() == ["hung"])
        #expect(try simulation.incidents().isEmpty)
    }

    @Test("of an activity use its retries up all the same, so that the process goes on as it is modelled")
    func exhaustion() throws {
        let simulation = try activities(.throw)
        try simulation.publish(JobRequested(id: "hung"), as: "work")
        simulation.run(for: .days(30))
        #expect(begun.entries.count == 3)
        #expect(try simulation.instance("hung", of: store)?.status != .running)
        gate.open()
        simulation.run(for: .zero)
    }

    @Test("of an activity use no retries up while its outside system is suspended")
    func suspension() throws {
        let simulation = try activities(.throw, system: "line")
        try simulation.publish(JobRequested(id: "hung"), as: "work")
        simulation.run(for: .seconds(30))
        #expect(begun.entries.count == 3)
        try simulation.perform { try await $0.suspend(system: "line") }
        simulation.run(for: .days(30))
        #expect(try simulation.instance("hung", of: store)?.status == .running)
        gate.open()
        try simulation.perform { try await $0.resume(system: "line") }
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["hung"])
    }

    @Test("of an activity do not keep others from an outside system that answers again")
    func breaker() throws {
        let (gate, begun) = (gate, begun)
        var options = Simulation.Options()
        options.configuration.breakers["line"] = BreakerPolicy(failures: 2, openFor: .minutes(1))
        let simulation = try simulation(options, store: store) { start, flow in
            let options = ActivityOptions(
                retry: RetryPolicy(initialDelay: .seconds(1), factor: 1), timeout: .seconds(5), system: "line")
            return try await flow.perform("call", options) { context in
                guard context.instanceKey.hasPrefix("hung") else { return start.id }
                begun.note(context.instanceKey)
                await gate.wait()
                return start.id
            }
        }
        for number in 1...20 { try simulation.publish(JobRequested(id: "hung\(number)"), as: "work") }
        simulation.run(for: .hours(2))
        #expect(begun.entries.count == 60)
        try simulation.publish(JobRequested(id: "sound"), as: "work")
        simulation.run(for: .minutes(2))
        #expect(try simulation.results() == ["sound"])
        gate.open()
        simulation.run(for: .minutes(1))
    }

    @Test("cause no more commits than attempts that hang, however short the pauses are", arguments: [false, true])
    func pauses(isActivity: Bool) throws {
        let store = CommitLogStore()
        let gate = gate
        let policy = RetryPolicy(initialDelay: .milliseconds(100), factor: 1, jitter: 0)
        let call = Scripted { start, flow in
            try await flow.perform("call", ActivityOptions(retry: policy, timeout: .seconds(5))) { _ in
                await gate.wait()
                return start.id
            }
        }
        let notes = Component("notes") {
            Handle(Tick.self) { _, _ in await gate.wait() }.retry(policy).timeout(.seconds(5))
        }
        let simulation = try Simulation(store: store, components: [Component("work") { Processes(call) }, notes])
        if isActivity {
            try simulation.publish(JobRequested(id: "a"), as: "work")
        } else {
            try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        }
        simulation.run(for: .minutes(1))
        store.forget()
        simulation.run(for: .minutes(10))
        #expect((60...300).contains(store.writes.count), "\(store.writes.count)")
        gate.open()
        simulation.run(for: .minutes(1))
    }
}

private struct Noted: Event {
    static let name: MessageName = "notes.noted"
    var key: String
    var number: Int
    var subject: String? { key }
}
