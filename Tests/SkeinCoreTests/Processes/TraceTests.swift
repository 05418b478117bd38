import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("Traces through what has memory")
struct TraceTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"

    private struct Closing: ProcessDefinition {
        static let name = "closing"
        static func key(of start: OrderPlaced) -> String { start.orderID }

        func run(_ start: OrderPlaced, _ flow: Flow) async throws {
            try await flow.sleep(for: .days(1))
            flow.publish(OrderClosed(orderID: start.orderID, outcome: "in time"))
        }
    }

    private func begin(_ component: Component, crashing: Bool) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try Simulation(store: MemoryStore(), options: options, components: [component, till()])
        let trace = try TraceContext(parent: "00-\(Self.trace)-b7ad6b7169203331-01", state: "one=1,two=2 b")
        try simulation.perform {
            try await $0.client(as: "shop", trace: trace).publish(OrderPlaced(orderID: "a"))
        }
        return simulation
    }

    private func check(_ simulation: Simulation) throws {
        simulation.run(for: .days(10))
        let traces = try simulation.log().map { $0.envelope.context.trace }
        #expect(traces.count > 1)
        #expect(traces.allSatisfy { $0?.traceID == Self.trace && $0?.state == "one=1,two=2 b" })
        #expect(Set(traces.map { $0?.parentID }).count == traces.count, "each message is a span of its own")
    }

    @Test("a process goes on with the trace and the trace state that started it", arguments: [false, true])
    func process(crashing: Bool) throws {
        try check(begin(Component("shop") { Processes(Closing()) }, crashing: crashing))
    }

    @Test("a saga that wakes up goes on with the trace that began it", arguments: [false, true])
    func saga(crashing: Bool) throws {
        try check(begin(Component("shop") { Sagas(DeliverySaga.self) }, crashing: crashing))
    }
}
