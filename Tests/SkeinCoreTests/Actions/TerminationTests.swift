import Foundation
import SkeinActions
import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

@Suite("An instance that is terminated with a long mailbox")
struct TerminationTests {
    let store = CommitLogStore()
    let reader: any StoreReader

    init() throws { reader = try store.makeReader() }

    private func simulation(
        crashing: Bool = false, keeps: Duration? = nil, batch: Int = 10
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.configuration.reactionBatch = batch
        options.configuration.keepsEndedInstances = keeps
        let process = Scripted { start, flow in
            "\(try await flow.wait(for: Charged.self, key: start.id).amount)"
        }
        // Entities have a kernel of their own, which removes what has ended too.
        let work = Component("work") {
            Processes(process)
            Entities(BankAccount.self)
        }
        return try Simulation(store: store, options: options, components: [work, till()])
    }

    /// A suspended instance with 95 messages in its mailbox.
    private func suspended() throws -> InstanceID {
        let simulation = try simulation(batch: 256)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.publish(contentsOf: (1...95).map { Charged(orderID: "a", amount: $0) }, as: "till")
        #expect(try reader.mailbox(of: id, limit: 999).count == 95)
        store.forget()
        return id
    }

    @Test("loses it in parts, also when every commit is followed by a crash", arguments: [false, true])
    func parts(crashing: Bool) throws {
        let id = try suspended()
        let simulation = try simulation(crashing: crashing)
        // A client that got no answer asks again; by then the instance has ended.
        do { try simulation.perform { try await $0.terminate(instance: id) } } catch let error as ActionError {
            #expect(crashing && error.code == .instanceEnded)
        }
        #expect(try reader.instance(id)?.status == .canceled)
        #expect(try reader.mailbox(of: id, limit: 999).isEmpty)
        #expect(store.removals.reduce(0, +) == 95)
        #expect(try #require(store.removals.max()) <= 10, "\(store.removals)")
        #expect(try simulation.results().isEmpty, "nothing of the mailbox reaches the code")
    }

    /// Terminates it, and dies before its mailbox is empty.
    private func terminateAndDie(_ id: InstanceID) throws {
        let planner = ActionPlanner(reader: reader, now: Timestamp(microseconds: 1))
        let plan = try planner.plan(.terminate(instance: id, reason: "test"))
        _ = try store.commit(CommitBatch(units: [plan.unit]))
        #expect(store.removals.isEmpty)
    }

    /// Terminates it with a tool, or in a runtime without its component.
    private func terminateWithoutKernel(_ id: InstanceID, running: Bool) throws {
        if running {
            let simulation = try Simulation(store: store, components: [till()])
            try simulation.perform { try await $0.terminate(instance: id) }
            simulation.run(for: .zero)
        } else {
            _ = try store.carryOut(.terminate(instance: id, reason: "test"), at: Timestamp(microseconds: 1))
        }
    }

    @Test("loses it in parts also where its component does not run", arguments: [false, true], [false, true])
    func withoutKernel(running: Bool, again: Bool) throws {
        let id = try suspended()
        let entries = (1...2405).map {
            StoreWrite.putMailbox(MailboxRow(seq: 10_000 + $0, instance: id, component: "work", input: .init()))
        }
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: entries)]))
        if again { try terminateAndDie(id) }
        try terminateWithoutKernel(id, running: running)
        #expect(try reader.instance(id)?.status == .canceled)
        #expect(store.removals == [1000, 1000, 500], "nothing of it keeps the log from being trimmed")
        let error = #expect(throws: ActionError.self) { try terminateWithoutKernel(id, running: running) }
        #expect(error?.code == .instanceEnded)
    }

    @Test("loses the rest of it when the next runtime starts, if a tool has died in between")
    func offline() throws {
        let id = try suspended()
        try terminateAndDie(id)
        _ = try simulation(crashing: true)
        #expect(try reader.mailbox(of: id, limit: 999).isEmpty)
        #expect(try #require(store.removals.max()) <= 10, "\(store.removals)")
    }

    @Test("is not removed before its mailbox", arguments: [false, true])
    func housekeeping(crashing: Bool) throws {
        let id = try suspended()
        try terminateAndDie(id)
        let simulation = try simulation(crashing: crashing, keeps: .zero)
        simulation.run(for: .hours(3))
        #expect(try reader.instance(id) == nil)
        #expect(try reader.mailbox(of: id, limit: 999).isEmpty)
        let removed = try #require(store.writes.firstIndex { $0.contains(.removeInstance(id)) })
        #expect(!store.writes[removed...].joined().contains { if case .removeMailbox = $0 { true } else { false } })
    }
}

/// A store in memory that remembers the writes of each commit.
final class CommitLogStore: Store {
    private let inner = MemoryStore()
    private let commits = Mutex<[[StoreWrite]]>([])

    /// What each commit wrote.
    var writes: [[StoreWrite]] { commits.withLock { $0 } }

    /// How many mailbox entries each commit removed, where it removed any.
    var removals: [Int] {
        writes.map { writes in
            writes.count { if case .removeMailbox = $0 { true } else { false } }
        }.filter { $0 > 0 }
    }

    func forget() { commits.withLock { $0 = [] } }

    var label: String { inner.label }

    func commit(_ batch: CommitBatch) throws -> [UnitOutcome] {
        commits.withLock { $0.append(batch.units.flatMap(\.writes)) }
        return try inner.commit(batch)
    }

    func makeReader() throws -> any StoreReader { try inner.makeReader() }
    func observeAppends(_ observer: (@Sendable ([LogRecord]) -> Void)?) { inner.observeAppends(observer) }
    func close() throws { try inner.close() }
    func release() { inner.release() }
}
