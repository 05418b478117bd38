import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("A runtime that stops")
struct DrainTests {
    let store = MemoryStore()
    let ledger = Ledger()
    let gate = Gate()

    private func options(drainTimeout: Duration = .seconds(10)) -> Simulation.Options {
        var options = Simulation.Options()
        options.order = .arrival
        options.configuration.drainTimeout = drainTimeout
        options.configuration.concurrentHandlers = 2
        return options
    }

    /// Begins each tick with a line in the ledger, and waits for the gate.
    private func notes(_ body: @escaping @Sendable () throws -> Void = {}) -> Component {
        let (ledger, gate) = (ledger, gate)
        return Component("notes") {
            Handle(Tick.self) { tick, context in
                ledger.note("\(tick.key)\(tick.number)")
                await gate.wait()
                try body()
                try context.publish(Note(text: "\(tick.key)\(tick.number)"))
            }.timeout(.days(1))
        }
    }

    /// Asks the runtime to stop; what follows at once has happened when this returns.
    private func stop(_ simulation: Simulation) throws -> Ledger {
        let stopped = Ledger()
        try simulation.begin { runtime in
            await runtime.stop()
            stopped.note("stopped")
        }
        return stopped
    }

    private func noted(_ simulation: Simulation) throws -> [String] {
        try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject)
    }

    @Test("lets handlers end, keeps what they did, and begins no further one")
    func handlers() throws {
        let simulation = try Simulation(store: store, options: options(), components: [notes()])
        for tick in [("a", 1), ("b", 1), ("a", 2), ("c", 1)] {
            try simulation.publish(Tick(key: tick.0, number: tick.1), as: "clock")
        }
        let stopped = try stop(simulation)
        #expect(stopped.entries.isEmpty, "two handlers are at work")
        try simulation.publish(Tick(key: "d", number: 1), as: "clock")
        gate.open()
        simulation.run(for: .zero)
        #expect(stopped.entries == ["stopped"])
        #expect(ledger.entries == ["a1", "b1"])
        #expect(try noted(simulation) == ["a1", "b1"])
        simulation.crash()
        #expect(ledger.entries.sorted() == ["a1", "a2", "b1", "c1", "d1"], "the others are handled by the next, once")
        #expect(try noted(simulation).sorted() == ["a1", "a2", "b1", "c1", "d1"])
    }

    @Test("lets activities end, keeps their results, and begins no further one")
    func activities() throws {
        let (ledger, gate) = (ledger, gate)
        let simulation = try simulation(options(), store: store) { _, flow in
            let first = try await flow.perform("first") { _ in
                ledger.note("first")
                await gate.wait()
                return 1
            }
            let second = try await flow.perform("second") { _ in
                ledger.note("second")
                return 2
            }
            return "\(first) \(second)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let stopped = try stop(simulation)
        #expect(stopped.entries.isEmpty, "an activity is at work")
        gate.open()
        simulation.run(for: .zero)
        #expect(stopped.entries == ["stopped"])
        #expect(ledger.entries == ["first"])
        let id = try #require(try simulation.instance(of: store)?.id)
        #expect(try store.makeReader().journal(of: id, after: 0, limit: 9).map(\.kind) == ["start", "activity"])
        #expect(try store.makeReader().activities(of: id).map(\.name) == ["second"])
        simulation.crash()
        #expect(ledger.entries == ["first", "second"])
        #expect(try simulation.results() == ["1 2"])
    }

    @Test("waits no longer than its drain timeout, and what ends after that has no effect")
    func drainTimeout() throws {
        let simulation = try Simulation(
            store: store, options: options(drainTimeout: .seconds(5)), components: [notes()])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        let stopped = try stop(simulation)
        simulation.run(for: .milliseconds(4999))
        #expect(stopped.entries.isEmpty)
        simulation.run(for: .milliseconds(1))
        #expect(stopped.entries == ["stopped"])
        gate.open()
        simulation.run(for: .days(1))
        #expect(try noted(simulation).isEmpty)
        #expect(try store.makeReader().position(of: "notes/handlers")?.position == 0)
        simulation.crash()
        #expect(ledger.entries == ["a1", "a1"])
        #expect(try noted(simulation) == ["a1"])
    }

    @Test("parks a message whose handler fails meanwhile, with its next attempt")
    func failing() throws {
        let world = World(failing: 1)
        let simulation = try Simulation(
            store: store, options: options(), components: [notes { try world.call("x") }])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        try simulation.publish(Tick(key: "a", number: 2), as: "clock")
        let stopped = try stop(simulation)
        gate.open()
        simulation.run(for: .zero)
        #expect(stopped.entries == ["stopped"])
        let rows = try store.makeReader().parked(subscription: "notes/handlers", key: "a", after: 0, limit: 9)
        #expect(rows.map(\.state) == [.retrying, .behind])
        #expect(rows.first?.attempts == 1)
        #expect(try noted(simulation).isEmpty)
        simulation.crash()
        simulation.run(for: .seconds(1))
        #expect(try noted(simulation) == ["a1", "a2"])
    }

    @Test("ends questions that nobody has answered yet")
    func questions() throws {
        let gate = gate
        let till = Component("till") {
            Answer(Rate.self) { _, _ in
                await gate.wait()
                return RateAnswer(percent: 1)
            }
        }
        let outcome = Ledger()
        let simulation = try Simulation(
            store: store, options: options(drainTimeout: .seconds(5)), components: [till])
        try simulation.begin { runtime in
            do {
                _ = try await runtime.client().ask(Rate(), timeout: .days(1))
            } catch {
                outcome.note("\(type(of: error))")
            }
        }
        _ = try stop(simulation)
        #expect(outcome.entries.isEmpty)
        simulation.run(for: .seconds(5))
        #expect(outcome.entries == ["CancellationError"])
    }

    @Test("takes nothing more when it has stopped, says so, and stays stopped")
    func stopped() throws {
        gate.open()
        let simulation = try Simulation(store: store, options: options(), components: [notes()])
        #expect(try stop(simulation).entries == ["stopped"])
        let error = #expect(throws: StoreError.self) {
            try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        }
        #expect(error?.code == .closed)
        #expect(try simulation.log().isEmpty)
        #expect(try stop(simulation).entries == ["stopped"], "a second time returns at once")
        simulation.runtime.start()
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [tick()])]))
        simulation.run(for: .days(1))
        #expect(ledger.entries.isEmpty)
    }

    private func tick() throws -> Outgoing {
        let id = MessageID("tick")
        let metadata = Envelope.Metadata(
            id: id, kind: .event, name: Tick.name, version: Tick.version, source: "clock", subject: "a")
        let payload = Payload(bytes: try PayloadCoder.json.encode(Tick(key: "a", number: 1)))
        return Outgoing(
            Envelope(time: .epoch, metadata: metadata, context: .init(correlationID: id), payload: payload))
    }
}
