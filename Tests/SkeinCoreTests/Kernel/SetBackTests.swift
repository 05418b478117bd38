import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// Money that somebody counts: an entity.
private struct Purse: Entity {
    static let name = "purse"
    var amount = 0

    static var behavior: EntityBehavior<Purse> {
        Decide(Charge.self, by: \.orderID) { _, charge in
            [Charged(orderID: charge.orderID, amount: charge.amount), Charged(orderID: "twin", amount: charge.amount)]
        }
        Evolve(Charged.self) { purse, charged in purse.amount += charged.amount }
    }
}

/// Charges twice, then thrice by the clock, and closes the order: a saga.
private struct Chase: Saga {
    static let name = "chase"
    var orderID: String
    var reminders = 0

    static var behavior: SagaBehavior<Chase> {
        Begin(OrderPlaced.self, by: \.orderID) { placed, saga in
            for _ in 1...2 { saga.send(Charge(orderID: placed.orderID, amount: 1)) }
            saga.wake("again", after: .hours(5))
            return Chase(orderID: placed.orderID)
        }
        Wake { chase, _, saga in
            chase.reminders += 1
            saga.send(Charge(orderID: chase.orderID, amount: 2))
            guard chase.reminders == 3 else { return saga.wake("again", after: .hours(5)) }
            saga.publish(OrderClosed(orderID: chase.orderID, outcome: "chased"))
            saga.end()
        }
    }
}

@Suite("Work that is repeated from an older copy of the store")
struct SetBackTests {
    private typealias Outside = ScriptedSystem<String, String>

    /// What acts outside: everything that is in the log does, under its id, and so do activities and a handler.
    private func components(_ outside: Outside) -> [Component] {
        func listen<Heard: Message & Encodable>(_ type: Heard.Type) -> Handle<Heard> {
            Handle(type) { _, context in
                let text = "\(context.envelope.name) \(String(decoding: context.envelope.payload.bytes, as: UTF8.self))"
                _ = try await outside.call(text, key: context.envelope.id.rawValue)
            }
        }
        let listener = Component("listener") {
            listen(OrderPlaced.self)
            listen(OrderClosed.self)
            listen(Charged.self)
            listen(JobRequested.self)
            listen(JobDone.self)
            listen(Note.self)
            listen(Refunded.self)
        }
        let shop = Component("shop") {
            Sagas(Chase.self)
            Policy("whenever an order is closed, refund it", on: OrderClosed.self) { Refund(orderID: $0.orderID) }
            Handle(Refund.self) { refund, context in
                _ = try await outside.call("refund \(refund.orderID)", key: context.idempotencyKey)
                for _ in 1...2 { try context.publish(Refunded(orderID: refund.orderID)) }
                try context.publish(Note(text: "refunded \(refund.orderID)"))
            }
        }
        let work = Component("work") { Processes(Scripted { start, flow in try await run(start, flow, outside) }) }
        return [listener, shop, work, Component("till") { Entities(Purse.self) }]
    }

    private func run(_ start: JobRequested, _ flow: Flow, _ outside: Outside) async throws -> String {
        // `restart(with:)` leads to other keys.
        let round = start.id.hasSuffix("!") ? 2 : 1
        func act(_ name: String, _ number: Int) async throws {
            try await flow.perform(name) { context in
                _ = try await outside.call("\(name) \(number) of \(start.id)", key: context.idempotencyKey)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["pick", "pack"] {
                group.addTask {
                    try await act(name, 1)
                    try await act(name, 2)
                    flow.publish(Note(text: "\(flow.uuid()) \(name)"))
                }
            }
            try await group.waitForAll()
        }
        try await flow.request(Charge(orderID: start.id, amount: 7), expecting: Charged.self)
        try await flow.sleep(for: .hours(7))
        flow.publish(Note(text: "slept"))
        if round == 1 { try flow.restart(with: JobRequested(id: start.id + "!")) }
        return "done"
    }

    private func play(
        _ store: MemoryStore, _ outside: Outside, seed: UInt64, at start: Timestamp? = nil, canonical: Bool
    ) throws {
        var options = Simulation.Options()
        (options.seed, options.order) = (seed, canonical ? .canonical : .arrival)
        if let start { options.start = start }
        let simulation = try Simulation(store: store, options: options, components: components(outside))
        // A client that repeats its calls gives ids.
        try simulation.perform { runtime in
            for key in ["a", "b"] {
                let (shop, work) = (runtime.client(as: "shop"), runtime.client(as: "work"))
                try await shop.publish(OrderPlaced(orderID: key), id: MessageID("order \(key)"))
                let id = MessageID(time: Simulation.Options().start, random: (1, key == "a" ? 1 : 2))
                try await work.publish(JobRequested(id: key), id: id)
            }
        }
        simulation.runToEnd()
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("does not publish a message again whose id is in the log")
    func clients() throws {
        let store = MemoryStore()
        let simulation = try Simulation(store: store, components: components(Outside { $0 }))
        let ids = Mutexed<[MessageID]>([])
        try simulation.perform { runtime in
            let client = runtime.client(as: "till")
            for amount in 1...2 {
                let charged = Charged(orderID: "a", amount: amount)
                ids.value.append(try await client.publish(charged, id: MessageID("charged once")))
            }
            ids.value.append(try await client.publish(Charged(orderID: "a", amount: 3)))
        }
        #expect(ids.value.prefix(2) == [MessageID("charged once"), MessageID("charged once")])
        #expect(try simulation.log().map(\.envelope.id) == Array(ids.value.dropFirst()))
        let error = #expect(throws: MessageError.self) {
            try simulation.perform {
                _ = try await $0.client(as: "till").publish(Charged(orderID: "a", amount: 1), id: MessageID(""))
            }
        }
        #expect(error?.message == "the id for 'till.charged' is empty; leave it out to get a new one")
    }

    @Test("uses the same idempotency keys, so outside systems do nothing twice", arguments: [false, true])
    func setBack(canonical: Bool) throws {
        let outside = Outside { $0 }
        let store = MemoryStore()
        let copies = Mutexed<[MemoryStore]>([])
        store.onCommit { _, _ in if let copy = try? store.copy() { copies.value.append(copy) } }
        try play(store, outside, seed: 1, canonical: true)
        let (acts, calls) = (outside.acts.sorted(), outside.calls.count)
        #expect(calls == acts.count)
        // No new message was dropped as an old one.
        let log = try store.makeReader().records(after: 0, limit: 1000).map(\.envelope.name)
        let counts = Dictionary(log.map { ($0, 1) }, uniquingKeysWith: +)
        let expected: [MessageName: Int] = [
            OrderPlaced.name: 2, JobRequested.name: 2, Charge.name: 14, Charged.name: 28, OrderClosed.name: 2,
            Refund.name: 2, Refunded.name: 4, Note.name: 14, JobDone.name: 2,
        ]
        #expect(counts == expected)
        let late = Simulation.Options().start.advanced(by: .days(3))
        for (number, copy) in copies.value.enumerated() {
            try play(copy, outside, seed: UInt64(number) + 2, at: late, canonical: canonical)
            try #require(outside.acts.sorted() == acts, "set back to commit \(number)")
        }
        #expect(outside.calls.count > calls * 2, "the work has been repeated")
    }
}
