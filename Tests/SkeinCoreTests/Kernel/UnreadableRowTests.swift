import Foundation
import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

/// Rows that newer code has written in its own way, or that are damaged.
@Suite("A row that cannot be read")
struct UnreadableRowTests {
    let store = MemoryStore()
    let reader: any StoreReader

    init() throws { reader = try store.makeReader() }

    @Test("in a mailbox is no reason to stop when a message comes after it")
    func mailbox() throws {
        let simulation = try simulation(store: store) { start, flow in
            "\(try await flow.wait(for: Charged.self, key: start.id).amount)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try commit(.putMailbox(MailboxRow(seq: 1000, instance: id, component: "work", input: Data("parcel".utf8))))
        // The first message after a start may lie in mailboxes already, so they are searched for it.
        simulation.crash()
        try simulation.send(Charge(orderID: "a", amount: 7))
        #expect(simulation.runtime.failure == nil)
        #expect(try reader.mailbox(of: id, limit: 9).count == 2)
    }

    @Test("in a journal parks its instance and nothing else when a dead letter is retried")
    func journal() throws {
        let simulation = try Simulation(
            store: store, components: [Component("work") { Processes(TwoOfMany()) }, till()])
        try simulation.publish(Charged(orderID: "o", amount: 10), as: "till")
        for key in ["a", "b"] { try simulation.publish(JobRequested(id: key), as: "work") }
        let incident = try #require(try simulation.incidents().first)
        let damaged = try #require(try reader.instance(component: "work", process: "two-of-many", key: "a")?.id)
        let entry = JournalRow(
            instance: damaged, seq: 1, kind: "start", body: Data("parcel".utf8), at: simulation.clock.now)
        try commit(.truncateJournal(instance: damaged, through: 1), .appendJournal(entry))
        simulation.crash()
        try simulation.perform { try await $0.repair(incident: incident.id, .retry) }
        #expect(simulation.runtime.failure == nil)
        #expect(try simulation.incidents().map(\.cause) == ["unreadable"])
        #expect(try reader.mailbox(of: damaged, limit: 9).count == 1, "the message waits for the instance")
        try simulation.publish(Charged(orderID: "o", amount: 20), as: "till")
        #expect(try simulation.results() == ["b 10 20"])
    }

    /// Two instances that wait for a charge each.
    private func waiting() throws -> Simulation {
        let simulation = try simulation(store: store) { start, flow in
            "\(start.id) \(try await flow.wait(for: Charged.self, key: start.id).amount)"
        }
        for key in ["a", "b"] { try simulation.publish(JobRequested(id: key), as: "work") }
        return simulation
    }

    /// Sends both charges after a restart: the instance with the damaged row is parked, and nothing else stops.
    private func charge(_ simulation: Simulation) throws {
        simulation.crash()
        for key in ["a", "b"] { try simulation.send(Charge(orderID: key, amount: 7)) }
        #expect(simulation.runtime.failure == nil)
        #expect(try simulation.results() == ["b 7"])
        #expect(try simulation.incidents().map(\.cause) == ["unreadable"])
        let id = try #require(try simulation.instance(of: store)?.id)
        #expect(try reader.mailbox(of: id, limit: 9).count == 1, "the message waits for the instance")
        // Nobody has corrected the row.
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(try simulation.incidents().map(\.cause) == ["unreadable"])
    }

    @Test("in the attributes of an instance parks it and nothing else, until they are corrected")
    func attributes() throws {
        let simulation = try waiting()
        var row = try #require(try simulation.instance(of: store))
        let id = row.id
        row.attributes = Data("parcel".utf8)
        try commit(.putInstance(row))
        try charge(simulation)
        let incident = try #require(try simulation.incidents().first)
        #expect(incident.error.contains("'attributes'") && incident.error.contains("set it to NULL, then retry"))
        row = try #require(try simulation.instance(of: store))
        #expect(row.attributes == Data("parcel".utf8) && row.status == .parked)
        row.attributes = nil
        try commit(.putInstance(row))
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(try simulation.results() == ["b 7", "a 7"])
        #expect(try simulation.incidents().isEmpty)
    }

    @Test("of a wait parks its instance and nothing else, until the version is corrected")
    func wait() throws {
        let simulation = try waiting()
        let id = try #require(try simulation.instance(of: store)?.id)
        let wait = try #require(try reader.waits(of: id).first)
        var damaged = wait
        damaged.version = SchemaVersion(stringLiteral: "parcel")
        try commit(.putWait(damaged))
        try charge(simulation)
        let incident = try #require(try simulation.incidents().first)
        #expect(incident.error.contains("the wait for 'till.charged' with the key 'a' holds 'parcel'"))
        try commit(.putWait(wait))
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(try simulation.results() == ["b 7", "a 7"])
        #expect(try simulation.incidents().isEmpty)
    }

    private func commit(_ writes: StoreWrite...) throws {
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: writes)]))
    }
}
