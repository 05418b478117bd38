import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("A simulation")
struct SimulationTests {
    private let store = MemoryStore()

    private func simulation(
        crashing: Bool = false, seed: UInt64 = 1, order: WorkOrder = .seeded, _ components: [Component]
    ) throws -> Simulation {
        var options = Simulation.Options()
        (options.crashesAtEveryCommit, options.seed, options.order) = (crashing, seed, order)
        return try Simulation(store: store, options: options, components: components)
    }

    private func names(_ simulation: Simulation) throws -> [String] {
        try simulation.log().map(\.envelope.name.rawValue)
    }

    @Suite("asks")
    struct Asking {
        @Test("and returns the answer, also when the machine fails after every commit", arguments: [false, true])
        func answers(crashing: Bool) throws {
            let desk = Component("desk") {
                Handle(AskSum.self) { question, context in try context.reply(Sum(value: question.of.reduce(0, +))) }
            }
            var options = Simulation.Options()
            options.crashesAtEveryCommit = crashing
            let simulation = try Simulation(store: MemoryStore(), options: options, components: [desk])
            #expect(try simulation.ask(AskSum(of: [1, 2, 3])).value == 6)
            #expect(simulation.elapsed < .seconds(10))
            #expect((simulation.crashes > 0) == crashing)
        }

        @Test("and says so when there is no answer in ten seconds of its clock")
        func silence() throws {
            let desk = Component("desk") { Handle(AskSum.self) { _, _ in } }
            let simulation = try Simulation(store: MemoryStore(), components: [desk])
            let error = #expect(throws: MessageError.self) { try simulation.ask(AskSum(of: [])) }
            #expect(error?.code == .noAnswer)
            #expect(simulation.elapsed == .seconds(10))
        }
    }

    @Suite("performs code")
    struct Performing {
        @Test("and returns its value, letting time pass where it waits for that", arguments: [false, true])
        func value(crashing: Bool) throws {
            let shop = Component("shop") { Processes(Delivery()) }
            var options = Simulation.Options()
            options.crashesAtEveryCommit = crashing
            let simulation = try Simulation(store: MemoryStore(), options: options, components: [shop])
            let days = try simulation.perform { runtime in
                for order in ["a", "b"] {
                    try await runtime.client(as: "shop").publish(Ordered(order: order), id: MessageID(order))
                }
                var days = 0
                for order in ["a", "b"] {
                    let outcome = try await runtime.outcome(of: "delivery", key: order, in: "shop", within: .days(9))
                    days += try outcome.value(as: Int.self) ?? 0
                }
                return days
            }
            #expect(days == 6)
            #expect(simulation.elapsed >= .days(3) && simulation.elapsed < .days(9))
            // However often the code began again, each order was taken once.
            #expect(try simulation.log().map(\.envelope.id.rawValue) == ["a", "b"])
            // The two orders, the two starts and the two ends are commits of their own.
            #expect(crashing ? simulation.crashes >= 6 : simulation.crashes == 0)
        }

        @Test("and throws what it throws")
        func failure() throws {
            let simulation = try Simulation(store: MemoryStore(), components: [Component("shop") {}])
            #expect(throws: SimulationTests.Refused.self) {
                try simulation.perform { _ -> Int in throw SimulationTests.Refused() }
            }
        }

        @Test("and refuses code that waits for what does not come")
        func endless() throws {
            let simulation = try Simulation(store: MemoryStore(), components: [Component("shop") {}])
            let error = #expect(throws: SimulationError.self) {
                try simulation.perform { _ in await withUnsafeContinuation { (_: UnsafeContinuation<Int, Never>) in } }
            }
            #expect(error?.description == "the code waits for something that neither the components nor time bring")
        }
    }

    @Test("begins code without waiting for its end, and a crash cuts it off", arguments: [false, true])
    func begins(crashing: Bool) throws {
        let simulation = try simulation(crashing: crashing, [Component("shop") {}])
        try simulation.begin { runtime in
            for order in ["a", "b"] { try await runtime.client(as: "shop").publish(Ordered(order: order)) }
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        }
        #expect(try simulation.log().map(\.envelope.subject) == (crashing ? ["a"] : ["a", "b"]))
        #expect(simulation.elapsed == .zero)
    }

    @Test("crashes after every so many commits", arguments: 1...5)
    func crashes(interval: Int) throws {
        var options = Simulation.Options()
        options.commitsPerCrash = interval
        let shop = Component("shop") { Publishes(Ordered.self) }
        let simulation = try Simulation(store: store, options: options, components: [shop])
        for number in 1...12 { try simulation.publish(Ordered(order: "\(number)"), as: "shop") }
        // What the component declares is written first. The seed, 1, counts as one commit before it.
        #expect(simulation.crashes == (13 + 1 % interval) / interval)
        #expect(try simulation.log().count == 12)
    }

    @Test("deploys another version of a component, or goes on with the one before when it is refused")
    func deploys() throws {
        func shop(_ names: String...) -> Component {
            Component("shop") {
                for name in names {
                    Handle(Ordered.self) { try $1.publish(Noted(by: name, order: $0.order)) }
                }
            }
        }
        let processes = try SimulatedProcesses(
            broker: MemoryBroker(), of: [[shop("first"), Component("note") {}], [Component("till") {}]])
        #expect(throws: ConfigurationError.self) { try processes.deploy(shop("one", "two")) }
        try processes.publish(Ordered(order: "a"), as: "shop")
        try processes.deploy(shop("second"))
        try processes.publish(Ordered(order: "b"), as: "shop")
        let notes = try processes.process(of: "shop").messages(of: Noted.self)
        #expect(notes.map(\.by) == ["first", "second"])
        #expect(throws: SimulationError.self) { try processes.deploy(Component("nobody") {}) }
    }

    @Test("shows the incidents that nobody has resolved")
    func incidents() throws {
        let shop = Component("shop") {
            Handle(Ordered.self) { _, _ in throw Refused() }.retry(.never)
        }
        let simulation = try simulation([shop])
        #expect(try simulation.incidents().isEmpty)
        for order in ["a", "b"] { try simulation.publish(Ordered(order: order), as: "shop") }
        #expect(try simulation.incidents().map(\.key) == ["a", "b"])
        let first = try #require(try simulation.incidents().first)
        try simulation.perform { try await $0.perform(.skip(incident: first.id)) }
        #expect(try simulation.incidents().map(\.key) == ["b"])
    }

    @Suite("orders its work")
    struct Ordering {
        /// The log of a run in which three components react to one event, each with two events of its own.
        private func log(seed: UInt64, _ order: WorkOrder, crashing: Bool = false) throws -> [String] {
            let components = ["east", "north", "west"].map { name in
                Component("\(name)") {
                    Handle(Ordered.self) { order, context in
                        await Task.yield()
                        try context.publish(Noted(by: name, order: order.order))
                    }
                }
            }
            var options = Simulation.Options()
            (options.seed, options.order, options.crashesAtEveryCommit) = (seed, order, crashing)
            let shop = Component("shop") { Publishes(Ordered.self) }
            let simulation = try Simulation(
                store: MemoryStore(), options: options, components: components + [shop, Component("note") {}])
            for order in ["a", "b"] { try simulation.publish(Ordered(order: order), as: "shop") }
            return try simulation.log().map { "\($0.envelope.source) \($0.envelope.subject)" }
        }

        @Test("by its seed: many seeds give many orders, and a seed the same one each time")
        func seeded() throws {
            let logs = try (1...20).map { try log(seed: $0, .seeded) }
            #expect(Set(logs).count >= 5)
            #expect(Set(logs.map { $0.sorted() }).count == 1)
            #expect(try (1...20).map { try log(seed: $0, .seeded) } == logs)
        }

        @Test("or in one order for all seeds", arguments: [WorkOrder.arrival, .canonical])
        func fixed(order: WorkOrder) throws {
            #expect(Set(try (1...20).map { try log(seed: $0, order) }).count == 1)
        }

        @Test("or in one order wherever crashes fall")
        func canonical() throws {
            #expect(try log(seed: 1, .canonical, crashing: true) == log(seed: 2, .canonical))
        }
    }

    fileprivate struct Refused: Error {}
}

private struct Ordered: Event {
    static let name: MessageName = "shop.ordered"
    var order: String
    var subject: String? { order }
}

private struct Noted: Event {
    static let name: MessageName = "note.noted"
    var by: String
    var order: String
    var subject: String? { order }
}

private struct AskSum: Query {
    typealias Answer = Sum
    static let name: MessageName = "desk.askSum"
    var of: [Int]
}

private struct Sum: Document {
    static let name: MessageName = "desk.sum"
    var value: Int
}

/// Takes three days.
private struct Delivery: ProcessDefinition {
    static let name = "delivery"
    static func key(of start: Ordered) -> String { start.order }

    func run(_ start: Ordered, _ flow: Flow) async throws -> Int {
        try await flow.sleep(for: .days(3))
        return 3
    }
}
