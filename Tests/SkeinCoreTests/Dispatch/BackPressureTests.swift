import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("Back-pressure")
struct BackPressureTests {
    let store = MemoryStore()
    let gate = Gate()

    private func notes() -> Component {
        let gate = gate
        return Component("notes") {
            Handle(Tick.self) { tick, context in
                await gate.wait()
                try context.publish(Note(text: "\(tick.key) \(tick.number)"))
            }.timeout(.days(1))
        }
    }

    private func simulation(_ change: (inout RuntimeConfiguration) -> Void) throws -> Simulation {
        var options = Simulation.Options()
        options.order = .arrival
        change(&options.configuration)
        return try Simulation(store: store, options: options, components: [notes()])
    }

    private func engine(_ simulation: Simulation) throws -> HandlerEngine {
        try #require(simulation.runtime.handlerEngine("notes/handlers"))
    }

    private func noted(_ simulation: Simulation) throws -> [String] {
        try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject)
    }

    @Test("a slow key keeps a bounded number of messages in memory; the rest waits in the store, and all are in order")
    func slowKey() throws {
        let simulation = try simulation { $0.bufferedMessagesPerKey = 16 }
        for number in 1...1000 { try simulation.publish(Tick(key: "slow", number: number), as: "clock") }
        #expect(try engine(simulation).lanes["slow"]?.queued == 16)
        let first = try store.makeReader().parked(subscription: "notes/handlers", key: "slow", after: 0, limit: 2000)
        #expect(first.map(\.position) == Array(17...1000))
        #expect(Set(first.map(\.state)) == [.behind])
        #expect(simulation.runtime.counts.parked == 984)
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(try noted(simulation) == (1...1000).map { "slow \($0)" })
        #expect(try engine(simulation).lanes.isEmpty)
        #expect(try store.makeReader().parkedHeads(subscription: "notes/handlers", after: nil, limit: 9).isEmpty)
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("a slow key whose messages wait in the store loses none of them in a crash")
    func slowKeyCrashing() throws {
        let simulation = try simulation { $0.bufferedMessagesPerKey = 4 }
        for number in 1...50 {
            try simulation.publish(Tick(key: "slow", number: number), as: "clock")
            if number % 10 == 0 { simulation.crash() }
        }
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(try noted(simulation) == (1...50).map { "slow \($0)" })
    }

    @Test("a message that comes while others of its key wait in the store goes behind them, also when memory has room")
    func roomAgain() throws {
        let gates = (0...9).map { _ in Gate() }
        let notes = Component("notes") {
            Handle(Tick.self) { tick, context in
                await gates[tick.number].wait()
                try context.publish(Note(text: "\(tick.number)"))
            }.timeout(.days(1))
        }
        var options = Simulation.Options()
        options.order = .arrival
        options.configuration.bufferedMessagesPerKey = 4
        let simulation = try Simulation(store: store, options: options, components: [notes])
        for number in 1...6 { try simulation.publish(Tick(key: "slow", number: number), as: "clock") }
        for number in 1...2 { gates[number].open() }
        simulation.run(for: .zero)
        #expect(try engine(simulation).lanes["slow"]?.queued == 2, "two places are free")
        for number in 7...9 { try simulation.publish(Tick(key: "slow", number: number), as: "clock") }
        for gate in gates { gate.open() }
        simulation.run(for: .zero)
        #expect(try noted(simulation) == (1...9).map { "\($0)" })
    }

    @Test("many slow keys keep no more messages in memory than the limit; the rest is read when there is room")
    func manyKeys() throws {
        let simulation = try simulation { configuration in
            configuration.bufferedMessages = 8
            configuration.concurrentHandlers = 4
            configuration.tailLength = 16
        }
        for number in 1...200 { try simulation.publish(Tick(key: "k\(number)", number: number), as: "clock") }
        #expect(try engine(simulation).lanes.queued == 8)
        #expect(try engine(simulation).lanes.count == 8)
        #expect(try engine(simulation).feed.cursor < 30, "what finds no room is not even read")
        #expect(simulation.runtime.counts.parked == 0)
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(try noted(simulation).sorted() == (1...200).map { "k\($0) \($0)" }.sorted())
        #expect(try engine(simulation).lanes.queued == 0)
    }
}
