#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension OperationPlanner {
    /// Plans the end of an instance without its code: nothing of what it has done is undone, and nothing more is done.
    ///
    /// The instance must be at rest: the store knows everything about it.
    func termination(of row: InstanceRow, because reason: String) throws -> (row: InstanceRow, writes: [StoreWrite]) {
        var row = row
        (row.status, row.endedAt) = (.canceled, now)
        var entry = JournalEntry(kind: "terminate")
        entry.error = reason
        var writes: [StoreWrite] = [
            .putInstance(row),
            .appendJournal(
                JournalRow(
                    instance: row.id, seq: try lastJournalSeq(of: row) + 1, kind: entry.kind, body: entry.body,
                    at: now)),
        ]
        writes += try reader.waits(of: row.id).map { .removeWait($0) }
        writes += try reader.timers(of: row.id).map { .removeTimer($0) }
        writes += try reader.activities(of: row.id).map { .removeActivity(instance: row.id, seq: $0.seq) }
        writes += try reader.mailbox(of: row.id, limit: .max).map { .removeMailbox(seq: $0.seq) }
        writes += try openIncidents(of: row.id).map { .putIncident(resolved($0, "terminated")) }
        return (row, writes)
    }

    private func lastJournalSeq(of row: InstanceRow) throws -> Int64 {
        var seq = row.stateSeq
        while let last = try reader.journal(of: row.id, after: seq, limit: 1000).last { seq = last.seq }
        return seq
    }
}
