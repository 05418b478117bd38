import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// The ways in which an instance waits for a message with a time limit.
enum Patience: String, CaseIterable, CustomTestStringConvertible {
    case wait, race, sleep, reminder, saga

    var testDescription: String { rawValue }

    /// After how long its patience ends.
    static let limit = Duration.days(3)

    var component: Component {
        if self == .saga { return Component("shop") { Sagas(DeliverySaga.self) } }
        return Component("shop") { Processes(Patient(patience: self)) }
    }
}

private struct Patient: ProcessDefinition {
    static let name = "patient"
    static func key(of start: OrderPlaced) -> String { start.orderID }

    let patience: Patience

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        flow.send(Charge(orderID: start.orderID, amount: 1))
        let first = try await flow.wait(for: Charged.self, key: start.orderID)
        let second = try await second(start.orderID, flow)
        let outcome = second.map { "charged \(first.amount) and \($0.amount)" } ?? "late"
        flow.publish(OrderClosed(orderID: start.orderID, outcome: outcome))
    }

    private func second(_ order: String, _ flow: Flow) async throws -> Charged? {
        switch patience {
        case .wait, .saga:
            return try await flow.wait(for: Charged.self, key: order, until: Patience.limit)
        case .race:
            let charged: Charged?? = try await flow.wait(until: Patience.limit) {
                On(Charged.self, for: order) { $0 }
                On(Refunded.self, for: order) { _ in nil }
            }
            return charged ?? nil
        case .sleep:
            return try await withThrowingTaskGroup(of: Charged?.self) { group in
                group.addTask { try await flow.wait(for: Charged.self, key: order) }
                group.addTask {
                    try await flow.sleep(for: Patience.limit)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        case .reminder:
            return try await flow.wait(until: .days(30), reminding: .every(Patience.limit)) {
                On(Charged.self, for: order)
            } onReminder: {
                flow.publish(OrderClosed(orderID: order, outcome: "reminded"))
            }
        }
    }
}

@Suite("A timer that is due")
struct DueTimerTests {
    let store = MemoryStore()

    private func options(canonical: Bool) -> Simulation.Options {
        var options = Simulation.Options()
        options.order = canonical ? .canonical : .arrival
        // A subscription that takes little at a time lags behind whatever the log holds.
        options.configuration.reactionBatch = 1
        return options
    }

    private func outcomes(_ simulation: Simulation) throws -> [String] {
        try simulation.log().filter { $0.envelope.name == OrderClosed.name }.map {
            try PayloadCoder.json.decode(OrderClosed.self, from: $0.envelope.payload.bytes).outcome
        }
    }

    /// Five messages of no interest, and one that ends everybody's patience.
    private func prepare(in simulation: Simulation) throws -> [Outgoing] {
        let messages = Mutexed<[Outgoing]>([])
        try simulation.perform { runtime in
            for number in 1...5 {
                messages.value.append(try runtime.client(as: "clock").prepare(Tick(key: "t", number: number)))
            }
            messages.value.append(try runtime.client(as: "till").prepare(Charged(orderID: "a", amount: 2)))
        }
        return messages.value
    }

    private func expected(_ patience: Patience) -> [String] {
        patience == .saga ? ["charged 2 times"] : ["charged 1 and 2"]
    }

    @Test(
        "waits for a message that was in the log before, even if not yet read", arguments: Patience.allCases,
        [false, true])
    func lagging(patience: Patience, canonical: Bool) throws {
        let simulation = try Simulation(
            store: store, options: options(canonical: canonical), components: [patience.component, till()])
        let due = simulation.clock.now.advanced(by: Patience.limit)
        try simulation.publish(OrderPlaced(orderID: "a", amount: 1), as: "shop")
        simulation.run(for: Patience.limit - .milliseconds(1))
        let messages = try prepare(in: simulation)
        // The timer becomes due after the message is durable and before anybody has read it.
        let clock = simulation.clock
        store.onCommit { [store] _, _ in
            store.onCommit(nil)
            clock.advance(to: due)
        }
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: messages)]))
        simulation.run(until: due)
        #expect(try outcomes(simulation) == expected(patience))
    }

    @Test(
        "waits for a message that came before, even if no process ran at that time", arguments: Patience.allCases,
        [false, true])
    func downOverTheTime(patience: Patience, canonical: Bool) throws {
        let first = try Simulation(
            store: store, options: options(canonical: canonical), components: [patience.component, till()])
        try first.publish(OrderPlaced(orderID: "a", amount: 1), as: "shop")
        // The process dies after the message is durable and before anybody has read it.
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: prepare(in: first))]))
        var options = options(canonical: canonical)
        options.start = options.start.advanced(by: .days(40))
        let second = try Simulation(store: store, options: options, components: [patience.component, till()])
        #expect(try outcomes(second) == expected(patience))
    }

    @Test("fires even while new messages keep coming")
    func stream() throws {
        let chain = Component("clock") {
            Handle(Tick.self) { tick, context in
                guard tick.key == "chain", tick.number < 100 else { return }
                try context.publish(Tick(key: "chain", number: tick.number + 1))
                for number in 1...19 { try context.publish(Tick(key: "\(number)", number: tick.number)) }
            }
        }
        let options = options(canonical: false)
        let simulation = try Simulation(
            store: store, options: options, components: [Patience.wait.component, till(), chain])
        try simulation.publish(OrderPlaced(orderID: "a", amount: 1), as: "shop")
        let clock = simulation.clock
        let ticks = Mutexed(0)
        store.onCommit { batch, _ in
            let appends = batch.units.flatMap(\.appends).filter { $0.envelope.name == Tick.name }
            let before = ticks.value
            ticks.value += appends.count
            if before < 20, ticks.value >= 20 { clock.advance(to: clock.now.advanced(by: Patience.limit)) }
        }
        try simulation.publish(Tick(key: "chain", number: 1), as: "clock")
        #expect(try outcomes(simulation) == ["late"])
        let log = try simulation.log()
        let closed = try #require(log.first { $0.envelope.name == OrderClosed.name })
        #expect(ticks.value == 1981)
        #expect(log.filter { $0.envelope.name == Tick.name && $0.position < closed.position }.count < 1000)
    }

    @Test("fires with a thousand others in one commit, at most")
    func many() throws {
        let simulation = try simulation(options(canonical: false), store: store) { _, flow in
            try await flow.sleep(for: .hours(1))
            return "woke"
        }
        try simulation.perform { runtime in
            let client = runtime.client(as: "work")
            for number in 1...2500 { try await client.publish(JobRequested(id: "\(number)")) }
        }
        let largest = Mutexed(0)
        store.onCommit { batch, _ in
            for unit in batch.units { largest.value = max(largest.value, unit.appends.count) }
        }
        simulation.run(for: .hours(1))
        #expect(try simulation.results().count == 2500)
        #expect(largest.value == 1000)
    }

    private func listeners(chunk: Int) throws -> Simulation {
        var options = options(canonical: false)
        options.configuration.fanOutChunk = chunk
        return try simulation(options, store: store) { _, flow in
            let charged = try await flow.wait(for: Charged.self, key: "a", until: Patience.limit)
            return charged.map { "charged \($0.amount)" } ?? "late"
        }
    }

    @Test("waits for a message that is being delivered to many instances")
    func fanOut() throws {
        let simulation = try listeners(chunk: 1)
        for number in 1...20 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        let due = simulation.clock.now.advanced(by: Patience.limit)
        let messages = try prepare(in: simulation)
        let clock = simulation.clock
        store.onCommit { [store] _, _ in
            store.onCommit(nil)
            clock.advance(to: due)
        }
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: messages)]))
        simulation.run(until: due)
        #expect(try simulation.results() == Array(repeating: "charged 2", count: 20))
    }

    @Test("waits for the mailbox of its instance")
    func mailbox() throws {
        let simulation = try listeners(chunk: 500)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let due = simulation.clock.now.advanced(by: Patience.limit)
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.publish(Charged(orderID: "a", amount: 2), as: "till")
        let clock = simulation.clock
        store.onCommit { [store] _, _ in
            store.onCommit(nil)
            clock.advance(to: due)
        }
        try simulation.perform { try await $0.resume(instance: id) }
        #expect(try simulation.results() == ["charged 2"])
    }
}
