import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("A reaction that does not end within its deadline")
struct RunawayTests {
    let store = MemoryStore()
    let ledger = Ledger()
    /// How long the instance `bad` computes in a step; it is the code itself that moves the clock on.
    let effort = Mutexed(Duration.seconds(11))
    let clock = Mutexed<VirtualClock?>(nil)

    private func compute(_ key: String) {
        // Few times, so that a runtime that does not park the instance comes to an end too.
        guard key == "bad", let clock = clock.value, ledger.entries.count < 10 else { return }
        ledger.note("computed")
        clock.advance(to: clock.now.advanced(by: effort.value))
    }

    private func simulation(
        _ body: @escaping @Sendable (JobRequested, Flow) async throws -> String
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.order = .arrival
        let work = Component("work") { Processes(Scripted(body: body)) }
        let simulation = try Simulation(store: store, options: options, components: [work, till()])
        clock.value = simulation.clock
        return simulation
    }

    private func status(_ key: String, _ simulation: Simulation) throws -> InstanceStatus? {
        try simulation.instance(key, of: store)?.status
    }

    @Test("writes nothing of what comes late, is an incident, and holds up nobody")
    func late() throws {
        let simulation = try simulation { [self] start, flow in
            try await flow.sleep(for: .hours(1))
            compute(start.id)
            flow.publish(Note(text: "\(start.id) woke"))
            return try await flow.perform("greet") { [ledger] _ in
                ledger.note("greeted \(start.id)")
                return start.id
            }
        }
        for key in ["early", "bad", "good"] { try simulation.publish(JobRequested(id: key), as: "work") }
        simulation.run(for: .hours(1))
        let notes = try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject)
        #expect(Set(notes) == ["early woke", "good woke"] && notes.count == 2)
        #expect(ledger.entries.sorted() == ["computed", "greeted early", "greeted good"])
        #expect(try Set(simulation.results()) == ["early", "good"])
        #expect(try status("bad", simulation) == .parked)
        let incident = try #require(try store.openIncidents().first)
        #expect(try store.openIncidents().count == 1)
        #expect((incident.kind, incident.cause, incident.key) == ("instance", "runaway", "bad"))
        #expect(incident.error.contains("a step of 'scripted' did not come to an end within 10.0 seconds"))
        let id = try #require(incident.instance)
        #expect(try store.makeReader().journal(of: id, after: 0, limit: 9).map(\.kind) == ["start"])
        try simulation.publish(JobRequested(id: "later"), as: "work")
        simulation.run(for: .hours(1))
        #expect(try simulation.results().last == "later")
    }

    @Test("goes on from where it was when it is retried under better code", arguments: [false, true])
    func retried(crashing: Bool) throws {
        let simulation = try simulation { [self] start, flow in
            try await flow.sleep(for: .hours(1))
            compute(start.id)
            return start.id
        }
        try simulation.publish(JobRequested(id: "bad"), as: "work")
        simulation.run(for: .hours(1))
        #expect(try status("bad", simulation) == .parked)
        effort.value = .seconds(1)
        if crashing { simulation.crash() }
        let id = try #require(try simulation.instance("bad", of: store)?.id)
        try simulation.perform { try await $0.retry(instance: id) }
        simulation.run(for: .seconds(10))
        #expect(try simulation.results() == ["bad"])
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("in its first step keeps the message that started it", arguments: [false, true])
    func firstStep(crashing: Bool) throws {
        let simulation = try simulation { [self] start, flow in
            compute(start.id)
            return start.id
        }
        for key in ["bad", "good"] { try simulation.publish(JobRequested(id: key), as: "work") }
        #expect(try simulation.results() == ["good"])
        #expect(try status("bad", simulation) == .parked)
        if crashing { simulation.crash() }
        #expect(ledger.entries == ["computed"], "a parked instance does not compute")
        effort.value = .zero
        let id = try #require(try simulation.instance("bad", of: store)?.id)
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(try simulation.results() == ["good", "bad"])
    }

    @Test("keeps the message that it reacted to, for when it is retried")
    func message() throws {
        let simulation = try simulation { [self] start, flow in
            let charged = try await flow.wait(for: Charged.self, key: start.id)
            compute(start.id)
            return "\(start.id) \(charged.amount)"
        }
        for key in ["bad", "good"] { try simulation.publish(JobRequested(id: key), as: "work") }
        try simulation.send(Charge(orderID: "bad", amount: 1))
        try simulation.send(Charge(orderID: "good", amount: 2))
        #expect(try simulation.results() == ["good 2"])
        effort.value = .zero
        let id = try #require(try simulation.instance("bad", of: store)?.id)
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(try simulation.results() == ["good 2", "bad 1"])
    }

    @Test("while it is replayed parks the instance once, whatever wants it, and holds up nobody")
    func replay() throws {
        let simulation = try simulation { [self] start, flow in
            compute(start.id)
            let charged = try await flow.wait(for: Charged.self, key: start.id)
            return "\(start.id) \(charged.amount)"
        }
        effort.value = .zero
        for key in ["bad", "good"] { try simulation.publish(JobRequested(id: key), as: "work") }
        effort.value = .seconds(11)
        simulation.crash()
        for amount in 1...3 { try simulation.send(Charge(orderID: "bad", amount: amount)) }
        try simulation.send(Charge(orderID: "good", amount: 4))
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["good 4"])
        #expect(try status("bad", simulation) == .parked)
        #expect(try store.openIncidents().map(\.cause) == ["runaway"])
        #expect(ledger.entries.count == 2, "at first, and in one replay")

        let id = try #require(try simulation.instance("bad", of: store)?.id)
        try simulation.perform { try await $0.retry(instance: id) }
        simulation.run(for: .minutes(1))
        #expect(try status("bad", simulation) == .parked)
        #expect(try store.openIncidents().map(\.cause) == ["runaway"])
        #expect(ledger.entries.count == 3, "and in the replay after the retry")
        effort.value = .zero
        try simulation.perform { try await $0.retry(instance: id) }
        simulation.run(for: .seconds(1))
        #expect(try simulation.results() == ["good 4", "bad 1"])
    }

    @Test("because of a cancellation parks the instance, and is not tried again by itself")
    func operation() throws {
        let simulation = try simulation { [self] start, flow in
            do { try await flow.sleep(for: .days(1)) } catch is ProcessCanceled { compute(start.id) }
            return start.id
        }
        for key in ["bad", "good"] { try simulation.publish(JobRequested(id: key), as: "work") }
        let id = try #require(try simulation.instance("bad", of: store)?.id)
        try simulation.perform { try await $0.cancel(instance: id) }
        simulation.run(for: .minutes(1))
        #expect(ledger.entries == ["computed"])
        #expect(try status("bad", simulation) == .parked)
        #expect(try store.openIncidents().map(\.cause) == ["runaway"])
        simulation.run(for: .days(1))
        #expect(try simulation.results() == ["good"])
    }

    @Test("leaves alone what takes as long as it may")
    func inTime() throws {
        effort.value = .milliseconds(9999)
        let simulation = try simulation { [self] start, flow in
            compute(start.id)
            return start.id
        }
        try simulation.publish(JobRequested(id: "bad"), as: "work")
        #expect(try simulation.results() == ["bad"])
        #expect(try store.openIncidents().isEmpty)
    }
}
