import SkeinActions
import SkeinCore
import SkeinTesting
import Testing

/// Begins with orders that somebody placed for himself, and closes them by charges of others.
private struct PrivateSaga: Saga {
    static let name = "private"
    var orderID: String

    static var behavior: SagaBehavior<PrivateSaga> {
        Begin(OrderPlaced.self, by: \.orderID, where: { $0.context.user == "kermit" }) { placed, _ in
            PrivateSaga(orderID: placed.orderID)
        }
        React(Charged.self, by: \.orderID, where: { $0.metadata.source == "till" }) { saga, _, context in
            context.publish(OrderClosed(orderID: saga.orderID, outcome: "by the till"))
            context.end()
        }
    }
}

/// Waits for a charge that a correlation admits.
private struct WaitingProcess: ProcessDefinition {
    static let name = "waiting"
    static func key(of start: OrderPlaced) -> String { start.orderID }
    static var correlations: [Correlation] {
        [Correlation(Charged.self, where: { $0.context.user == "kermit" }) { $0.orderID }]
    }

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        try await flow.wait(for: Charged.self, key: start.orderID)
        flow.publish(OrderClosed(orderID: start.orderID, outcome: "charged"))
    }
}

/// Is matched by the subject, but passes small charges by.
private struct PickyProcess: ProcessDefinition {
    static let name = "picky"
    static func key(of start: OrderPlaced) -> String { start.orderID }
    static var correlations: [Correlation] {
        [Correlation(Charged.self) { $0.amount < 100 ? nil : $0.orderID }]
    }

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        let charged = try await flow.wait(for: Charged.self, key: start.orderID)
        flow.publish(OrderClosed(orderID: start.orderID, outcome: "\(charged.amount)"))
    }
}

/// Of the name of a charge, and no charge.
private struct Unreadable: Event {
    static let name = Charged.name
    var subject: String? { "a" }
}

@Suite("Filters on the envelope")
struct FilterTests {
    private func publish(_ event: some Event, by user: String?, as component: String, in simulation: Simulation) throws
    {
        try simulation.perform { try await $0.client(as: component, user: user).publish(event) }
    }

    @Test("decide whether a saga begins, and to what it reacts, before anything is decoded")
    func sagas() throws {
        let simulation = try Simulation(
            store: MemoryStore(), components: [Component("shop") { Sagas(PrivateSaga.self) }])
        try publish(OrderPlaced(orderID: "a"), by: "piggy", as: "shop", in: simulation)
        try publish(Charged(orderID: "a", amount: 1), by: nil, as: "till", in: simulation)
        #expect(try simulation.events() == ["shop.orderPlaced", "till.charged"])
        try publish(OrderPlaced(orderID: "a"), by: "kermit", as: "shop", in: simulation)
        try publish(Unreadable(), by: nil, as: "till", in: simulation)
        #expect(simulation.runtime.counts.parked == 0)
        try publish(Charged(orderID: "a", amount: 1), by: nil, as: "till", in: simulation)
        #expect(try simulation.events().last == "shop.orderClosed")
    }

    @Test("decide which messages resume a process, also one that is matched by the subject")
    func correlations() throws {
        let simulation = try Simulation(
            store: MemoryStore(), components: [Component("shop") { Processes(WaitingProcess()) }])
        try publish(OrderPlaced(orderID: "a"), by: nil, as: "shop", in: simulation)
        try publish(Unreadable(), by: "piggy", as: "till", in: simulation)
        #expect(try simulation.events() == ["shop.orderPlaced", "till.charged"])
        #expect(simulation.runtime.counts.parked == 0)
        try publish(Charged(orderID: "a", amount: 1), by: "kermit", as: "till", in: simulation)
        #expect(try simulation.events().last == "shop.orderClosed")
    }

    @Test("a correlation without a key passes a message by, although its subject is the key of a wait")
    func passing() throws {
        let simulation = try Simulation(
            store: MemoryStore(), components: [Component("shop") { Processes(PickyProcess()) }])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        try simulation.publish(Charged(orderID: "a", amount: 1), as: "till")
        #expect(try simulation.events() == ["shop.orderPlaced", "till.charged"])
        try simulation.publish(Charged(orderID: "a", amount: 100), as: "till")
        #expect(try simulation.events().last == "shop.orderClosed")
    }

    @Test("on commands are refused when the runtime starts, since what is filtered out would be lost")
    func commands() {
        struct ChargingSaga: Saga {
            static let name = "charging"
            static var behavior: SagaBehavior<ChargingSaga> {
                Begin(Charge.self, by: \.orderID, where: { _ in false }) { _, _ in ChargingSaga() }
            }
        }
        #expect {
            try Simulation(
                store: MemoryStore(), components: [Component("till") { Sagas(ChargingSaga.self) }])
        } throws: {
            "\($0)".contains("charging, till.charge: only what reacts to events has a filter")
        }
    }
}
