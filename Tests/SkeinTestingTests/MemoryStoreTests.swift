import SkeinStorage
import Foundation
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("The store in memory")
struct MemoryStoreTests {
    @Test("keeps the contract of stores", arguments: StoreConformance.checks)
    func contract(check: StoreConformance.Check) throws {
        try check.run(on: .memory)
    }

    @Test("a planned failure is thrown once and leaves nothing behind")
    func plannedFailure() throws {
        struct Planned: Error {}
        let store = MemoryStore()
        store.failNextCommit()
        store.failNextCommit(with: Planned())
        let batch = CommitBatch(units: [CommitUnit(writes: [.putMailbox(mailbox(1))])])
        #expect(throws: StoreError.self) { try store.commit(batch) }
        #expect(throws: Planned.self) { try store.commit(batch) }
        #expect(try store.makeReader().highWater() == HighWater())
        _ = try store.commit(batch)
        #expect(try store.makeReader().highWater() == HighWater(mailbox: 1))
    }

    @Test("each commit is told to the observer before commit returns")
    func commitObserver() throws {
        let store = MemoryStore()
        let seen = Mutex<[Int]>([])
        store.onCommit { batch, outcomes in
            seen.withLock { $0.append(batch.units.count * 10 + outcomes.count) }
        }
        _ = try store.commit(CommitBatch(units: [CommitUnit(), CommitUnit()]))
        _ = try store.commit(CommitBatch(units: []))
        #expect(seen.withLock { $0 } == [22, 0])
    }

    @Test("a user's values are committed and rolled back with the rest")
    func values() throws {
        struct Planned: Error {}
        let store = MemoryStore()
        try store.transaction { $0["total"] = 1 }
        let failing = MemoryEnlistment { tables in
            tables["total"] = 2
            throw Planned()
        }
        _ = try store.commit(CommitBatch(units: [CommitUnit(enlistments: [failing])]))
        #expect(try store.transaction { $0["total"] as? Int } == 1)
    }

    @Test("a hundred thousand rows, written in any order, are all there in theirs")
    func manyRows() throws {
        let store = MemoryStore()
        let count: Int64 = 100_000
        for start in stride(from: Int64(0), to: count, by: 1000) {
            let writes = (start..<start + 1000).map { StoreWrite.putMailbox(mailbox($0 * 7919 % count)) }
            _ = try store.commit(CommitBatch(units: [CommitUnit(writes: writes)]))
        }
        let reader = try store.makeReader()
        var (seq, total): (Int64, Int64) = (-1, 0)
        while let last = try reader.mailbox(component: "c", after: seq, limit: 1000).last {
            total += last.seq - seq
            seq = last.seq
        }
        #expect(total == count)
        #expect(try reader.mailbox(of: 7, limit: 10).map(\.seq) == (0..<10).map { $0 * 10 + 7 })
    }

    private func mailbox(_ seq: Int64) -> MailboxRow {
        MailboxRow(seq: seq, instance: InstanceID(rawValue: seq % 10), component: "c", input: .init())
    }
}
