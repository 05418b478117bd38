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

    private func commit(_ writes: StoreWrite...) throws {
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: writes)]))
    }
}
