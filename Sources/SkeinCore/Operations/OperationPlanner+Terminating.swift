import SkeinStorage
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
                    instance: row.id, seq: try nextJournalSeq(of: row), kind: entry.kind, body: entry.body,
                    at: now)),
        ]
        writes += try reader.waits(of: row.id).map { .removeWait($0) }
        writes += try reader.timers(of: row.id).map { .removeTimer($0) }
        writes += try reader.activities(of: row.id).map { .removeActivity(instance: row.id, seq: $0.seq) }
        writes += try reader.mailbox(of: row.id, limit: .max).map { .removeMailbox(seq: $0.seq) }
        writes += try openIncidents(of: row.id).map { .putIncident(resolved($0, "terminated")) }
        return (row, writes)
    }

    /// A note about the instance for its journal; see ``JournalEntry/isNote``.
    func note(_ kind: String, _ detail: String? = nil, on row: InstanceRow) throws -> StoreWrite {
        var entry = JournalEntry(kind: kind)
        entry.detail = detail
        return .appendJournal(
            JournalRow(
                instance: row.id, seq: try nextJournalSeq(of: row), kind: entry.kind, body: entry.body, at: now))
    }

    private func nextJournalSeq(of row: InstanceRow) throws -> Int64 {
        max(row.stateSeq, try reader.journalEnd(of: row.id)) + 1
    }
}
