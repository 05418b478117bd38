import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("A question")
struct AskTests {
    let ledger = Ledger()
    let gate = Gate()

    private func options() -> Simulation.Options {
        var options = Simulation.Options()
        options.order = .arrival
        return options
    }

    /// A component whose handler asks for the rate, and notes what it gets.
    private func asking(timeout: Duration = .seconds(10), retry: RetryPolicy = .never) -> Component {
        let ledger = ledger
        return Component("notes") {
            Handle(Tick.self) { tick, context in
                do {
                    let rate = try await context.ask(Rate(), timeout: timeout)
                    ledger.note("\(tick.key) \(rate.percent)")
                    try context.publish(Note(text: "\(rate.percent)"))
                } catch let error as MessageError {
                    ledger.note("\(tick.key) \(error.code)")
                    throw error
                }
            }.retry(retry).timeout(.days(1))
        }
    }

    /// A till that waits for the gate, and then answers.
    private func slowTill() -> Component {
        let gate = gate
        return Component("till") {
            Handle(Rate.self) { _, context in
                await gate.wait()
                try context.reply(RateAnswer(percent: 3))
            }.timeout(.days(1))
        }
    }

    @Test("of a handler is answered before the handler goes on; question and answer carry its correlation")
    func handler() throws {
        let simulation = try Simulation(store: MemoryStore(), options: options(), components: [asking(), till()])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        #expect(ledger.entries == ["a 3"])
        #expect(try simulation.messages() == ["clock.tick", "till.rate", "till.rateAnswer", "notes.note"])
        let log = try simulation.log().map(\.envelope)
        #expect(Set(log.map(\.correlationID)) == [log[0].id])
        #expect(log[1].causationID == log[0].id && log[2].causationID == log[1].id)
        #expect(log[1].source == "notes" && log[1].context.recipient == "till")
    }

    @Test("gets an answer that was in the log in time, even if nobody had read it yet")
    func inTime() throws {
        let store = MemoryStore()
        let simulation = try Simulation(store: store, options: options(), components: [asking(), till()])
        let clock = simulation.clock
        store.onCommit { batch, _ in
            let isAnswer = batch.units.contains { $0.appends.contains { $0.envelope.name == RateAnswer.name } }
            if isAnswer { clock.advance(to: clock.now.advanced(by: .seconds(10))) }
        }
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        #expect(ledger.entries == ["a 3"])
    }

    @Test("of a handler that is not answered in time fails its attempt, and the answer that comes late is counted")
    func late() throws {
        let retry = RetryPolicy(attempts: 2, initialDelay: .seconds(5), jitter: 0)
        let simulation = try Simulation(
            store: MemoryStore(), options: options(),
            components: [asking(timeout: .seconds(3), retry: retry), slowTill()])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        simulation.run(for: .milliseconds(2999))
        #expect(ledger.entries.isEmpty)
        simulation.run(for: .milliseconds(1))
        #expect(ledger.entries == ["a noAnswer"])
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(simulation.runtime.counts.lateAnswers == 1)
        simulation.run(for: .seconds(4))
        #expect(ledger.entries == ["a noAnswer", "a 3"])
        #expect(simulation.runtime.counts.lateAnswers == 1, "the second one was in time")
        #expect(try simulation.messages().filter { $0 == "till.rate" }.count == 2, "it asks again")
    }

    @Test("gets its own answer, also while others ask")
    func concurrent() throws {
        struct Double: Query {
            typealias Answer = Doubled
            static let name: MessageName = "till.double"
            var number: Int
            var subject: String? { "\(number)" }
        }
        struct Doubled: Document {
            static let name: MessageName = "till.doubled"
            var number: Int
        }
        let calculator = Component("till") {
            Answer(Double.self) { asked, _ in
                for _ in 0..<(20 - asked.number) { await Task.yield() }
                return Doubled(number: asked.number * 2)
            }
        }
        let ledger = ledger
        let simulation = try Simulation(store: MemoryStore(), options: options(), components: [calculator])
        try simulation.perform { runtime in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...20 {
                    group.addTask {
                        let doubled = try await runtime.client().ask(Double(number: number))
                        ledger.note("\(number) \(doubled.number)")
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(Set(ledger.entries) == Set((1...20).map { "\($0) \($0 * 2)" }))
        #expect(simulation.runtime.counts.lateAnswers == 0)
    }

    @Test("is not answered by another document that it causes")
    func otherDocument() throws {
        struct Receipt: Document { static let name: MessageName = "till.receipt" }
        let till = Component("till") {
            Handle(Rate.self) { _, context in
                try context.reply(Receipt())
                try context.reply(RateAnswer(percent: 4))
            }
        }
        let simulation = try Simulation(store: MemoryStore(), options: options(), components: [asking(), till])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        #expect(ledger.entries == ["a 4"])
    }

    @Test("whose answer comes in another version than asked for is an error that names both")
    func otherVersion() throws {
        struct NewAnswer: Document {
            static let name: MessageName = "till.rateAnswer"
            static let version: SchemaVersion = "2.0.0"
            var share: Int
        }
        let till = Component("till") { Handle(Rate.self) { _, context in try context.reply(NewAnswer(share: 4)) } }
        let simulation = try Simulation(store: MemoryStore(), options: options(), components: [till])
        let error = #expect(throws: MessageError.self) {
            try simulation.perform { _ = try await $0.client().ask(Rate()) }
        }
        #expect(error?.code == .undecodablePayload)
        #expect(
            error?.message
                == "'till.rate' was answered with version 2.0.0 of 'till.rateAnswer'; 'client' takes it since 1.0.0")
    }

    @Test("that nobody owns is refused where it is asked")
    func noOwner() throws {
        let simulation = try Simulation(store: MemoryStore(), options: options(), components: [asking()])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        #expect(ledger.entries == ["a noOwner"])
        #expect(try simulation.messages() == ["clock.tick"])
    }

    @Test("that is canceled ends at once, and its answer is late")
    func canceled() throws {
        let ledger = ledger
        let simulation = try Simulation(store: MemoryStore(), options: options(), components: [slowTill()])
        try simulation.perform { runtime in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        _ = try await runtime.client().ask(Rate(), timeout: .days(1))
                    } catch {
                        ledger.note("\(type(of: error))")
                    }
                }
                for _ in 0..<20 { await Task.yield() }
                group.cancelAll()
            }
        }
        #expect(ledger.entries == ["CancellationError"])
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(simulation.runtime.counts.lateAnswers == 1)
    }
}
