import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

struct TillSafe: Entity {
    static let name = "till-safe"
    static var behavior: EntityBehavior<TillSafe> {
        Decide(Charge.self, by: \.orderID) { _, charge in [Charged(orderID: charge.orderID, amount: charge.amount)] }
    }
}

/// A process in two versions, the newer of which no longer reacts to charges.
struct OldTally: Saga {
    static let name = "tally"
    var charges = 0
    static var behavior: SagaBehavior<OldTally> {
        Begin(OrderPlaced.self, by: \.orderID) { _, _ in OldTally() }
        React(Charged.self, by: \.orderID) { tally, charged, saga in
            tally.charges += 1
            saga.publish(OrderClosed(orderID: charged.orderID, outcome: "\(tally.charges)"))
        }
    }
}

struct NewTally: Saga {
    static let name = "tally"
    static let version = 2
    static var behavior: SagaBehavior<NewTally> {
        Begin(OrderPlaced.self, by: \.orderID) { _, _ in NewTally() }
    }
}

@Suite("What a message reaches")
struct ReachTests {
    let store = MemoryStore()

    private func append(_ message: some Message, version: SchemaVersion = "1.0.0") throws {
        let type = type(of: message)
        let envelope = Envelope(
            time: .epoch,
            metadata: .init(
                id: MessageID("foreign-\(version)-\(message.subject ?? "")"), kind: type.kind, name: type.name,
                version: version, source: "elsewhere", subject: message.subject ?? ""),
            context: .init(correlationID: MessageID("1")),
            payload: Payload(bytes: try PayloadCoder.json.encode(message)))
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope)])]))
    }

    private func incidents() throws -> [String] {
        try store.makeReader().openIncidents(after: 0, limit: 9).map(\.error)
    }

    @Test("a wait is not resumed by another major version, a dead letter, nor by a lower one, which is counted")
    func versions() throws {
        let simulation = try simulation(store: store) { _, flow in
            "\(try await flow.wait(for: Charged.self, key: "x").amount)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        try append(Charged(orderID: "x", amount: 1), version: "2.0.0")
        try append(Charged(orderID: "x", amount: 2), version: "0.9.0")
        simulation.run(for: .seconds(1))
        #expect(try simulation.results().isEmpty)
        #expect(
            try incidents() == ["2.0.0", "0.9.0"].map { "'scripted' waits for 'till.charged' since 1.0.0, not \($0)" })
        try append(Charged(orderID: "x", amount: 3), version: "1.4.0")
        simulation.run(for: .seconds(1))
        #expect(try simulation.results() == ["3"])
    }

    @Test("a command of a lower version becomes a dead letter, and is not passed by", arguments: [false, true])
    func lowerCommand(entity: Bool) throws {
        let handlers = Component("till") { Handle(Charge.self, since: "1.2.0") { _, _ in } }
        let entities = Component("till") { Entities(RecentSafe.self) }
        let simulation = try Simulation(store: store, components: [entity ? entities : handlers])
        try append(Charge(orderID: "x", amount: 1), version: "1.1.0")
        simulation.run(for: .seconds(1))
        #expect(try incidents().count == 1)
        #expect(try incidents().first?.contains("since 1.2.0, not") == true)
    }

    @Test(
        "a command that its component does not know becomes a dead letter, also where only entities are",
        arguments: [false, true])
    func unknownCommand(entity: Bool) throws {
        let handlers = Component("till") { Handle(Charge.self) { _, _ in } }
        let entities = Component("till") { Entities(TillSafe.self) }
        let simulation = try Simulation(store: store, components: [entity ? entities : handlers])
        try append(Refund(orderID: "x"))
        simulation.run(for: .seconds(1))
        #expect(try incidents() == ["'till' has no handler for the command 'till.refund'"])
    }

    @Test("a message to a component that is not there, or does not own it, is refused where it is sent")
    func unknownRecipient() throws {
        let simulation = try Simulation(store: store, components: [till(), Component("shop") { Publishes() }])
        for (recipient, reason) in [("tilll", "which is no component"), ("shop", "but 'till' handles it")] {
            let error = #expect(throws: MessageError.self) {
                try simulation.perform { try await $0.client().send(Charge(orderID: "a", amount: 1), to: recipient) }
            }
            #expect(error?.description.contains(reason) == true)
        }
        #expect(try simulation.log().isEmpty)
    }

    @Test("a component that is added later acts on what comes from then on, or on everything if it says so")
    func startingPoint() throws {
        let (now, all) = (Ledger(), Ledger())
        func listener(_ name: String, from start: StartingPoint, _ ledger: Ledger) -> Component {
            Component(name, from: start) { Handle(Tick.self) { tick, _ in ledger.note(tick.key) } }
        }
        let before = try Simulation(store: store, components: [till()])
        try before.publish(Tick(key: "past", number: 1), as: "clock")
        let components = [listener("now", from: .now, now), listener("all", from: .beginning, all)]
        let after = try Simulation(store: store, components: components)
        after.crash()
        try after.publish(Tick(key: "present", number: 1), as: "clock")
        #expect(now.entries == ["present"])
        #expect(all.entries == ["past", "present"])
        let without = try Simulation(store: store, components: [till()])
        try without.publish(Tick(key: "missed", number: 1), as: "clock")
        _ = try Simulation(store: store, components: components)
        #expect(now.entries == ["present", "missed"], "one that was off receives later")
    }

    @Test("an instance of an older saga version gets what the newest version no longer takes")
    func sagaVersions() throws {
        let old = try Simulation(store: store, components: [Component("shop") { Sagas(OldTally.self) }, till()])
        try old.publish(OrderPlaced(orderID: "a"), as: "shop")
        let both = try Simulation(
            store: store,
            components: [
                Component("shop") {
                    Sagas(OldTally.self)
                    Sagas(NewTally.self)
                }, till(),
            ])
        try both.publish(OrderPlaced(orderID: "b"), as: "shop")
        for order in ["a", "b"] { try both.send(Charge(orderID: order, amount: 1)) }
        #expect(try both.events().filter { $0 == "shop.orderClosed" }.count == 1)
        #expect(try store.makeReader().instance(component: "shop", process: "tally", key: "b")?.version == 2)
    }

    @Test("a policy may look at the envelope, and pass events by for it")
    func policyEnvelope() throws {
        let ledger = Ledger()
        let simulation = try Simulation(
            store: store,
            components: [
                till(ledger),
                Component("shop") {
                    Policy("whoever orders pays", on: OrderPlaced.self, where: { $0.subject != "gift" }) {
                        placed, envelope in
                        Charge(orderID: "\(placed.orderID) of \(envelope.context.user ?? "nobody")", amount: 1)
                    }
                },
            ])
        for order in ["a", "gift"] {
            try simulation.perform {
                try await $0.client(as: "shop", user: "kermit").publish(OrderPlaced(orderID: order))
            }
        }
        #expect(ledger.entries == ["charge a of kermit"])
    }

    @Test("handlers of one message have an idempotency key each, and an incident names the one that failed")
    func severalHandlers() throws {
        let ledger = Ledger()
        func handler(_ name: String, failing: Bool) -> HandlerRegistration {
            HandlerRegistration(label: name, name: Tick.name, kind: .event, since: "1.0.0") { _, _, context in
                ledger.note(context.idempotencyKey)
                if failing { throw Refused() }
            }
        }
        let simulation = try Simulation(
            store: store,
            components: [
                Component("notes") {
                    Registered(handler("first", failing: false))
                    Registered(handler("second", failing: true))
                }
            ])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        #expect(Set(ledger.entries).count == 2 && ledger.entries.count == 2)
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).map(\.cause) == ["second"])
    }
}

/// Takes charges since a version.
struct RecentSafe: Entity {
    static let name = "recent-safe"
    static var behavior: EntityBehavior<RecentSafe> {
        Decide(Charge.self, since: "1.2.0", by: \.orderID) { _, _ in [] }
    }
}

/// A handler that is registered as it is.
struct Registered: RegisteredPart {
    let registration: HandlerRegistration
    init(_ registration: HandlerRegistration) { self.registration = registration }
    func register(in registry: inout ComponentRegistry) { registry.add(registration) }
}
