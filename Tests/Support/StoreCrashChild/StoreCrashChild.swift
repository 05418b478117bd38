import SkeinStorage
import SkeinCore
import SkeinSQLite

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Commits batches of messages and rows to the store named by the first argument until it is killed, and writes the
/// number of each batch to standard output once `commit` has returned. A second argument ends it after so many batches.
@main
struct StoreCrashChild {
    static func main() throws {
        let store = try SQLiteStore(path: CommandLine.arguments[1])
        let reader = try store.makeReader()
        var batch = try reader.position(of: "batches")?.position ?? 0
        var ids = try reader.highWater()
        var removals: [StoreWrite] = []
        let end = CommandLine.arguments.dropFirst(2).first.flatMap { Int64($0) } ?? .max
        while batch < end {
            batch += 1
            ids.instance = InstanceID(rawValue: ids.instance.rawValue + 1)
            ids.mailbox += 1
            let row = MailboxRow(seq: ids.mailbox, instance: ids.instance, component: "brief", input: Data())
            let brief = CommitUnit(
                appends: [Outgoing(envelope(batch, "ids", subject: "\(ids.instance) \(ids.mailbox)"))],
                writes: removals + [.putInstance(instance(ids.instance)), .putMailbox(row)])
            _ = try store.commit(commit(batch, with: brief))
            removals = [.removeInstance(ids.instance), .removeMailbox(seq: ids.mailbox)]
            let line = "\(batch)\n"
            _ = line.utf8.withContiguousStorageIfAvailable { write(1, $0.baseAddress, $0.count) }
        }
    }

    /// As many messages and waits as the number says, from 1 to 20, and the number as a position. With them, an
    /// instance and a mailbox row that the next batch removes, and a message that tells their ids.
    private static func commit(_ batch: Int64, with brief: CommitUnit) -> CommitBatch {
        let size = batch % 20 + 1
        let unit = CommitUnit(
            appends: (0..<size).map { Outgoing(envelope(batch, "\($0)", subject: "\(batch)")) },
            writes: (0..<size).map {
                .putWait(
                    WaitRow(
                        component: "crash", type: "crash.batch", version: "1.0.0", key: "",
                        instance: InstanceID(rawValue: batch), seq: $0,
                        process: "crash", after: 0, since: .epoch))
            })
        return CommitBatch(units: [unit, brief]) { _ in [PositionRow(subscription: "batches", position: batch)] }
    }

    private static func instance(_ id: InstanceID) -> InstanceRow {
        InstanceRow(
            id: id, component: "brief", process: "brief", key: "\(id)", version: 1, notation: .code, status: .completed,
            shard: 0, seed: Seed(high: 0, low: 0), correlationID: MessageID("c"), startedAt: .epoch)
    }

    private static func envelope(_ batch: Int64, _ number: String, subject: String) -> Envelope {
        let id = MessageID("batch-\(batch)-\(number)")
        return Envelope(
            time: Timestamp(microseconds: batch),
            metadata: .init(
                id: id, kind: .event, name: "crash.batch", version: SchemaVersion(1, 0, 0), source: "crash",
                subject: subject),
            context: .init(correlationID: id),
            payload: Payload(bytes: Data(repeating: UInt8(truncatingIfNeeded: batch), count: 300)))
    }
}
