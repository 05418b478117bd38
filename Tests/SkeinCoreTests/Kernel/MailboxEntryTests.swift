import SkeinActions
import SkeinStorage
import Foundation
import SkeinTesting
import Testing

@testable import SkeinCore

/// What lies in the mailbox of an instance, and is taken in more than one go.
@Suite("What lies in a mailbox")
struct MailboxEntryTests {
    let store = MemoryStore()
    let reader: any StoreReader

    init() throws { reader = try store.makeReader() }

    private func options() -> Simulation.Options {
        var options = Simulation.Options()
        options.order = .arrival
        return options
    }

    @Test("keeps its order where an entry that cannot be read lies behind one that fails again")
    func order() throws {
        let isBroken = Mutexed(true)
        let simulation = try simulation(options(), store: store) { start, flow in
            var amounts: [String] = []
            for _ in 0..<3 {
                let charged = try await flow.wait(for: Charged.self, key: start.id)
                if isBroken.value { throw Unreachable() }
                amounts.append("\(charged.amount)")
            }
            return amounts.joined(separator: " ")
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        for amount in 1...3 { try simulation.send(Charge(orderID: "a", amount: amount)) }
        // Newer code has written the second one in its own way.
        let known = try #require(try reader.mailbox(of: id, limit: 9).dropFirst().first)
        try write(known.seq, Data(#"{"kind":"parcel"}"#.utf8), of: id)
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(try simulation.instance(of: store)?.status == .parked)
        // The newer code is there again.
        let unknown = try #require(
            try reader.mailbox(of: id, limit: 9).first { String(decoding: $0.input, as: UTF8.self).contains("parcel") })
        try write(unknown.seq, known.input, of: id)
        isBroken.value = false
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(try simulation.results() == ["1 2 3"])
    }

    @Test("is what its activity has come to: the activity is not run once more")
    func outcome() throws {
        let (ledger, gate) = (Ledger(), Gate())
        let simulation = try simulation(options(), store: store) { start, flow in
            try await flow.perform("call", ActivityOptions(timeout: .days(1))) { _ in
                ledger.note("called")
                await gate.wait()
                return "done \(ledger.entries.count)"
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(try reader.mailbox(of: id, limit: 9).count == 1)
        simulation.crash()
        // While nobody owns the store, so that the next runtime finds it running, with a mailbox.
        _ = try store.carryOut(.resume(instance: id), at: simulation.clock.now)
        simulation.crash()
        #expect(try simulation.results() == ["done 1"])
        #expect(ledger.entries == ["called"])
    }

    @Test("goes to all that had no use for it, when it becomes a dead letter for one after the other")
    func deadLetter() throws {
        let shop = Component("shop") {
            Processes(Patient(), Listening())
            Publishes(OrderPlaced.self, OrderClosed.self)
        }
        let simulation = try Simulation(store: store, options: options(), components: [shop, till()])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        let id = try #require(try reader.instance(component: "shop", process: "patient", key: "a")?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        for amount in 1...2 { try simulation.send(Charge(orderID: "a", amount: amount)) }
        #expect(try reader.mailbox(of: id, limit: 9).count == 2)
        #expect(try parked().map(\.concerns) == [["listening:wait"], ["listening:wait"]])
        try simulation.perform { try await $0.resume(instance: id) }
        #expect(try parked().last?.concerns == ["listening:wait", "patient:wait"])
        try simulation.publish(OrderClosed(orderID: "a", outcome: "closed"), as: "shop")
        let incident = try #require(try store.openIncidents().last)
        try simulation.perform { try await $0.repair(incident: incident.id, .retry) }
        let listener = try #require(try reader.instance(component: "shop", process: "listening", key: "a"))
        #expect(listener.status == .completed)
        #expect(try parked().last?.concerns == ["patient:wait"], "it still has no use for it")
    }

    private func parked() throws -> [ParkedRow] {
        try reader.parked(subscription: "shop/processes", after: nil, limit: 9)
    }

    private func write(_ seq: Int64, _ input: Data, of id: InstanceID) throws {
        let row = MailboxRow(seq: seq, instance: id, component: "work", input: input)
        let writes: [StoreWrite] = [.removeMailbox(seq: seq), .putMailbox(row)]
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: writes)]))
    }
}

/// Waits for a charge from the moment on at which an order is closed.
private struct Listening: ProcessDefinition {
    static let name = "listening"
    static let correlations = [Correlation(Charged.self, unmatched: .deadLetter, by: \.orderID)]
    static func key(of start: OrderClosed) -> String { start.orderID }

    func run(_ start: OrderClosed, _ flow: Flow) async throws {
        try await flow.wait(for: Charged.self, key: start.orderID)
    }
}

/// Waits for one charge, and then for something else.
private struct Patient: ProcessDefinition {
    static let name = "patient"
    static let correlations = [Correlation(Charged.self, unmatched: .deadLetter, by: \.orderID)]
    static func key(of start: OrderPlaced) -> String { start.orderID }

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        try await flow.wait(for: Charged.self, key: start.orderID)
        try await flow.wait(for: Refunded.self, key: start.orderID)
    }
}
