import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

struct Tick: Event {
    static let name: MessageName = "clock.tick"
    var key: String
    var number: Int
    var subject: String? { key }
}

struct Note: Event {
    static let name: MessageName = "notes.note"
    var text: String
    var subject: String? { text }
}

struct Refused: DispositionedError {
    var disposition: Disposition { .permanent }
}

@Suite("Handlers")
struct DispatcherTests {
    /// Notes each tick, and fails as the test says.
    func notes(
        _ ledger: Ledger, retry: RetryPolicy = RetryPolicy(jitter: 0), timeout: Duration = .seconds(30),
        _ body: @escaping @Sendable (Tick, HandlerContext) async throws -> Void = { _, _ in }
    ) -> Component {
        Component("notes") {
            Handle(Tick.self) { tick, context in
                try await body(tick, context)
                ledger.note("\(tick.key)\(tick.number)")
                try context.publish(Note(text: "\(tick.key)\(tick.number)"))
            }.retry(retry).timeout(timeout)
        }
    }

    func concurrent() -> Simulation.Options {
        var options = Simulation.Options()
        options.order = .arrival
        return options
    }

    func open(_ store: MemoryStore) throws -> [IncidentRow] {
        try store.makeReader().openIncidents(after: 0, limit: 100)
    }

    @Test("keep the order of each key while a slow handler delays only its own key")
    func order() throws {
        let ledger = Ledger()
        let gate = Gate()
        let simulation = try Simulation(
            store: MemoryStore(), options: concurrent(),
            components: [
                notes(ledger) { tick, _ in if tick.key == "slow", tick.number == 1 { await gate.wait() } }
            ])
        for number in 1...3 {
            for key in ["slow", "a", "b"] { try simulation.publish(Tick(key: key, number: number), as: "clock") }
        }
        #expect(ledger.entries.sorted() == ["a1", "a2", "a3", "b1", "b2", "b3"])
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(ledger.entries.suffix(3) == ["slow1", "slow2", "slow3"])
    }

    @Test("a failing message is retried in memory, and those of its key wait for it")
    func retry() throws {
        let ledger = Ledger()
        let world = World(failing: 3)
        let simulation = try Simulation(
            store: MemoryStore(), options: concurrent(),
            components: [notes(ledger) { tick, _ in if tick.key == "a", tick.number == 1 { try world.call("a1") } }])
        for number in 1...2 {
            for key in ["a", "b"] { try simulation.publish(Tick(key: key, number: number), as: "clock") }
        }
        #expect(ledger.entries == ["b1", "b2"])
        #expect(world.calls.count == 1, "a later message of the key does not cut the back-off short")
        simulation.run(for: .seconds(5))
        #expect(ledger.entries == ["b1", "b2", "a1", "a2"])
        #expect(simulation.runtime.counts.retried == 3)
        #expect(simulation.runtime.counts.parked == 0)
    }

    @Test(
        "after half a minute the key is parked in the store, retried from there, and free again in order",
        arguments: [false, true])
    func parking(crashing: Bool) throws {
        let ledger = Ledger()
        var options = concurrent()
        let mended = options.start.advanced(by: .minutes(2))
        options.crashesAtEveryCommit = crashing
        let store = MemoryStore()
        let retry = RetryPolicy(attempts: nil, initialDelay: .seconds(10), factor: 1, jitter: 0)
        let simulation = try Simulation(
            store: store, options: options,
            components: [
                notes(ledger, retry: retry) { tick, context in
                    if tick.key == "a", tick.number == 1, context.now < mended { throw Unreachable() }
                }
            ])
        for number in 1...3 {
            for key in ["a", "b"] { try simulation.publish(Tick(key: key, number: number), as: "clock") }
        }
        simulation.run(for: .minutes(1))
        #expect(Set(ledger.entries) == ["b1", "b2", "b3"])
        let rows = try store.makeReader().parked(subscription: "notes/handlers", key: "a", after: 0, limit: 10)
        #expect(rows.map(\.state) == [.retrying, .behind, .behind])
        let position = try #require(try store.makeReader().position(of: "notes/handlers")?.position)
        #expect(position >= 6, "positions move on")
        simulation.run(for: .minutes(3))
        #expect(try simulation.events().filter { $0 == "notes.note" }.count == 6)
        #expect(ledger.entries.filter { $0.hasPrefix("a") }.removingRepeats == ["a1", "a2", "a3"])
        #expect(try store.makeReader().parked(subscription: "notes/handlers", key: "a", after: 0, limit: 10).isEmpty)
        #expect(try open(store).isEmpty)
    }

    @Test("a permanent error parks the key with an incident at once; other keys flow")
    func permanent() throws {
        let ledger = Ledger()
        let store = MemoryStore()
        let simulation = try Simulation(
            store: store, options: concurrent(),
            components: [notes(ledger) { tick, _ in if tick.key == "a", tick.number == 1 { throw Refused() } }])
        for number in 1...2 {
            for key in ["a", "b"] { try simulation.publish(Tick(key: key, number: number), as: "clock") }
        }
        simulation.run(for: .days(1))
        #expect(ledger.entries == ["b1", "b2"])
        let incident = try #require(try open(store).first)
        #expect(incident.kind == "handler")
        #expect(incident.key == "a")
        #expect(incident.position == 1)
    }

    @Test("a message that cannot be read is an incident that names the place, and blocks no other key")
    func malformed() throws {
        struct Wrong: Event {
            static let name: MessageName = "clock.tick"
            var key: String
            var number: String
            var subject: String? { key }
        }
        let ledger = Ledger()
        let store = MemoryStore()
        let simulation = try Simulation(store: store, options: concurrent(), components: [notes(ledger)])
        try simulation.publish(Wrong(key: "a", number: "one"), as: "clock")
        try simulation.publish(Tick(key: "b", number: 1), as: "clock")
        simulation.crash()
        try simulation.publish(Tick(key: "c", number: 1), as: "clock")
        #expect(ledger.entries == ["b1", "c1"])
        #expect(try open(store).first?.error.contains("'number' is not a Int") == true)
    }

    @Test(
        "versions: lower ones are passed by, higher minors handled, unknown majors become dead letters",
        arguments: [
            ("1.2.2", false, 0), ("1.2.3", true, 0), ("1.3.0", true, 0), ("2.0.0", false, 1), ("0.9.0", false, 1),
        ])
    func versions(version: String, handled: Bool, deadLetters: Int) throws {
        let ledger = Ledger()
        let store = MemoryStore()
        let simulation = try Simulation(
            store: store,
            components: [
                Component("notes") { Handle(Tick.self, since: "1.2.3") { tick, _ in ledger.note(tick.key) } }
            ])
        let envelope = Envelope(
            time: .epoch,
            metadata: .init(
                id: MessageID("1"), kind: .event, name: "clock.tick", version: try SchemaVersion(validating: version),
                source: "clock", subject: "a"),
            context: .init(correlationID: MessageID("1")),
            payload: Payload(bytes: try PayloadCoder.json.encode(Tick(key: "a", number: 1))))
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope)])]))
        simulation.run(for: .seconds(1))
        #expect(ledger.entries == (handled ? ["a"] : []))
        #expect(try open(store).count == deadLetters)
        #expect(simulation.runtime.counts.ignoredVersions == (version == "1.2.2" ? 1 : 0))
    }

    @Test("handlers of two majors side by side each get their own")
    func majors() throws {
        struct TickTwo: Event {
            static let name: MessageName = "clock.tick"
            static let version: SchemaVersion = "2.1.0"
            var key: String
            var subject: String? { key }
        }
        let ledger = Ledger()
        let simulation = try Simulation(
            store: MemoryStore(),
            components: [
                Component("notes") {
                    Handle(Tick.self) { tick, _ in ledger.note("one \(tick.key)") }
                    Handle(TickTwo.self, since: "2.0.0") { tick, _ in ledger.note("two \(tick.key)") }
                }
            ])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        try simulation.publish(TickTwo(key: "b"), as: "clock")
        #expect(ledger.entries == ["one a", "two b"])
    }

    @Test("a handler that never returns is given up, its effects are sealed, and the next attempt counts")
    func neverReturns() throws {
        let ledger = Ledger()
        let gate = Gate()
        let simulation = try Simulation(
            store: MemoryStore(), options: concurrent(),
            components: [
                notes(ledger, timeout: .seconds(5)) { _, context in if context.attempt == 1 { await gate.wait() } }
            ])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        simulation.run(for: .seconds(6))
        #expect(try simulation.events() == ["clock.tick", "notes.note"])
        gate.open()
        simulation.run(for: .seconds(60))
        #expect(try simulation.events() == ["clock.tick", "notes.note"])
        #expect(simulation.runtime.counts.sealedEffects == 1)
    }

    @Test("the queue of one key is bounded: more of it is parked, in order")
    func overflowing() throws {
        let ledger = Ledger()
        let gate = Gate()
        var options = concurrent()
        options.configuration.bufferedMessagesPerKey = 4
        options.configuration.bufferedMessages = 8
        let simulation = try Simulation(
            store: MemoryStore(), options: options,
            components: [notes(ledger, timeout: .days(1)) { tick, _ in if tick.key == "slow" { await gate.wait() } }])
        for number in 1...20 { try simulation.publish(Tick(key: "slow", number: number), as: "clock") }
        try simulation.publish(Tick(key: "fast", number: 1), as: "clock")
        #expect(ledger.entries == ["fast1"])
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(ledger.entries == ["fast1"] + (1...20).map { "slow\($0)" })
    }

    @Test("a message for one component is handled by no other")
    func direct() throws {
        let (first, second) = (Ledger(), Ledger())
        func listener(_ name: String, _ ledger: Ledger) -> Component {
            Component(name) { Handle(Tick.self) { tick, _ in ledger.note(tick.key) } }
        }
        let simulation = try Simulation(
            store: MemoryStore(), components: [listener("first", first), listener("second", second)])
        try simulation.publish(Tick(key: "all", number: 1), as: "clock")
        try simulation.perform { try await $0.client(as: "clock").send(Tick(key: "one", number: 1), to: "second") }
        #expect(first.entries == ["all"])
        #expect(second.entries == ["all", "one"])
    }

    @Test("a filter passes messages by before they are decoded")
    func filter() throws {
        let ledger = Ledger()
        let simulation = try Simulation(
            store: MemoryStore(),
            components: [
                Component("notes") {
                    Handle(Tick.self, where: { $0.subject == "b" }) { tick, _ in ledger.note(tick.key) }
                }
            ])
        struct Unreadable: Event {
            static let name: MessageName = "clock.tick"
            var subject: String? { "a" }
        }
        try simulation.publish(Unreadable(), as: "clock")
        try simulation.publish(Tick(key: "b", number: 1), as: "clock")
        #expect(ledger.entries == ["b"])
        #expect(simulation.runtime.counts.parked == 0)
    }

    @Test("a question that nobody answers in time is an error, and the late answer is counted")
    func lateAnswer() throws {
        let gate = Gate()
        let simulation = try Simulation(
            store: MemoryStore(),
            components: [
                Component("till") {
                    Answer(Rate.self) { _, _ in
                        await gate.wait()
                        return RateAnswer(percent: 1)
                    }
                }
            ])
        let outcome = Ledger()
        try simulation.perform { runtime in
            do {
                _ = try await runtime.client().ask(Rate(), timeout: .seconds(3))
            } catch let error as MessageError {
                outcome.note("\(error.code)")
            }
        }
        simulation.run(for: .seconds(3))
        #expect(outcome.entries == ["noAnswer"])
        gate.open()
        simulation.run(for: .seconds(3))
        #expect(simulation.runtime.counts.lateAnswers == 1)
    }

    @Test("correlation, causation, trace and user are passed on by the runtime")
    func propagation() throws {
        let ledger = Ledger()
        let simulation = try Simulation(
            store: MemoryStore(),
            components: [notes(ledger), Component("echo") { Handle(Note.self) { _, _ in } }])
        try simulation.perform {
            try await $0.client(as: "clock", user: "kermit").publish(Tick(key: "a", number: 1))
        }
        let log = try simulation.log().map(\.envelope)
        #expect(log.count == 2)
        #expect(log[1].causationID == log[0].id)
        #expect(log[1].correlationID == log[0].id)
        #expect(log[1].context.user == "kermit")
        #expect(log[1].context.trace?.traceID == log[0].context.trace?.traceID)
        #expect(log[1].context.trace?.parentID != log[0].context.trace?.parentID)
        #expect(log[1].source == "notes")
    }
}

extension Array where Element: Equatable {
    /// Without elements that equal the one before.
    var removingRepeats: [Element] {
        reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}
