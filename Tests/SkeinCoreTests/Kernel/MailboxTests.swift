import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("Messages to an instance that stands still")
struct MailboxTests {
    let store = MemoryStore()

    private func listener() throws -> Simulation {
        try simulation(store: store) { _, flow in
            var amounts: [String] = []
            for _ in 0..<3 { amounts.append("\(try await flow.wait(for: Charged.self, key: "a").amount)") }
            return amounts.joined(separator: " ")
        }
    }

    @Test("are all taken, in order, when it is resumed, also for waits that it begins then")
    func order() throws {
        let simulation = try listener()
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        for amount in 1...2 { try simulation.send(Charge(orderID: "a", amount: amount)) }
        try simulation.perform { runtime in
            // The next message comes while a buffered one is on its way.
            async let resumed: Void = runtime.resume(instance: id)
            try await runtime.client().send(Charge(orderID: "a", amount: 3))
            try await resumed
        }
        #expect(try simulation.results() == ["1 2 3"])
        #expect(try store.makeReader().mailbox(of: id, limit: 10).isEmpty)
    }

    @Test("an instance that failed in its first step can be canceled, and stays so")
    func cancelUnbegun() throws {
        let simulation = try simulation(store: store) { _, _ in throw Unreachable() }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.cancel(instance: id) }
        #expect(try simulation.instance(of: store)?.status == .canceled)
        simulation.crash()
        #expect(try store.makeReader().openIncidents(after: 0, limit: 10).isEmpty)
    }

    @Test("a buffered message reaches an instance that starts in the same batch")
    func bufferedInOneBatch() throws {
        var options = Simulation.Options()
        options.order = .arrival
        let simulation = try Simulation(
            store: store, options: options, components: [Component("work") { Processes(EagerListener()) }, till()])
        try simulation.perform { runtime in
            async let charged = runtime.client(as: "till").publish(Charged(orderID: "a", amount: 7))
            async let started = runtime.client(as: "work").publish(JobRequested(id: "a"))
            _ = try await (charged, started)
        }
        #expect(try simulation.results() == ["7"])
    }

    @Test("a journal may be longer than its limit in all, as long as the code restarts in time")
    func restarting() throws {
        var options = Simulation.Options()
        options.configuration.journalLimit = 10
        let simulation = try simulation(options, store: store) { start, flow in
            for _ in 0..<6 { try await flow.sleep(for: .seconds(1)) }
            if start.id.count < 5 { try flow.restart(with: JobRequested(id: start.id + "a")) }
            return start.id
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(5))
        #expect(try simulation.results() == ["aaaaa"])
    }

    @Test("is not overwritten by an operator's action on an instance whose component does not run")
    func ownPlaces() throws {
        let shop = Component("shop") { Sagas(DeliverySaga.self) }
        let work = Component("work") { Processes(EagerListener()) }
        let before = try Simulation(store: store, components: [shop, work, till()])
        try before.publish(JobRequested(id: "a"), as: "work")
        try before.publish(OrderPlaced(orderID: "b"), as: "shop")
        let reader = try store.makeReader()
        let stranger = try #require(try reader.instance(component: "work", process: "eager", key: "a")?.id)
        let saga = try #require(try reader.instance(component: "shop", process: "delivery", key: "b")?.id)
        try before.perform { try await $0.suspend(instance: saga) }
        // The component of the first instance is no longer deployed.
        let simulation = try Simulation(store: store, components: [shop, till()])
        try simulation.send(Charge(orderID: "b", amount: 1))
        try simulation.perform { try await $0.cancel(instance: stranger) }
        try simulation.send(Charge(orderID: "b", amount: 2))
        #expect(try reader.mailbox(of: stranger, limit: 9).count == 1)
        #expect(try reader.mailbox(of: saga, limit: 9).count == 2)
        let after = try Simulation(store: store, components: [shop, work, till()])
        #expect(try reader.instance(stranger)?.status == .canceled)
        try after.perform { try await $0.resume(instance: saga) }
        #expect(try reader.instance(saga)?.status == .completed)
    }

    @Test("a mailbox is emptied in proportion to its length, however small the parts")
    func proportion() throws {
        var options = Simulation.Options()
        options.configuration.reactionBatch = 4
        let simulation = try simulation(options, store: store) { start, flow in
            "\(try await flow.wait(for: Charged.self, key: start.id).amount)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        let spent = try (Int64(1000)..<5000).map { seq in
            let input = StoredInput(.timer(op: 99, purpose: "spent", due: .epoch))
            return StoreWrite.putMailbox(try input.row(seq: seq, instance: id, component: "work"))
        }
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: spent)]))
        simulation.crash()
        // Each part costs some reads of its own, whatever lies behind it.
        store.failReads(from: 8 * spent.count / 4)
        try simulation.perform { try await $0.resume(instance: id) }
        store.failReads(from: nil)
        #expect(simulation.runtime.failure == nil)
        #expect(try store.makeReader().mailbox(of: id, limit: 9).isEmpty)
    }

    @Test("a state that the code can no longer read parks its instance and nothing else")
    func unreadableState() throws {
        let before = try Simulation(
            store: store, components: [Component("shop") { Sagas(DeliverySaga.self) }, till()])
        try before.publish(OrderPlaced(orderID: "a"), as: "shop")
        var row = try #require(
            try store.makeReader().instance(component: "shop", process: "delivery", key: "a"))
        row.state = row.state.map { _ in .init(#"{"state":{"other":1}}"#.utf8) }
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: [.putInstance(row)])]))
        let after = try Simulation(
            store: store, components: [Component("shop") { Sagas(DeliverySaga.self) }, till()])
        try after.send(Charge(orderID: "a", amount: 1))
        try after.publish(OrderPlaced(orderID: "b"), as: "shop")
        try after.send(Charge(orderID: "b", amount: 1))
        #expect(try store.makeReader().openIncidents(after: 0, limit: 10).map(\.cause) == ["unreadable"])
        let other = try store.makeReader().instance(component: "shop", process: "delivery", key: "b")
        #expect(other?.status == .completed)
    }
}

struct EagerListener: ProcessDefinition {
    static let name = "eager"
    static func key(of start: JobRequested) -> String { start.id }
    static var correlations: [Correlation] {
        [Correlation(Charged.self, unmatched: .buffer(for: .hours(1)), by: \.orderID)]
    }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        let charged = try await flow.wait(for: Charged.self, key: start.id)
        flow.publish(JobDone(id: start.id, result: "\(charged.amount)"))
    }
}
