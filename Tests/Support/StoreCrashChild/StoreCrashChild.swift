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
        let end = CommandLine.arguments.dropFirst(2).first.flatMap { Int64($0) } ?? .max
        while batch < end {
            batch += 1
            _ = try store.commit(commit(batch))
            let line = "\(batch)\n"
            _ = line.utf8.withContiguousStorageIfAvailable { write(1, $0.baseAddress, $0.count) }
        }
    }

    /// As many messages and mailbox rows as the number says, from 1 to 20, and the number as a position.
    private static func commit(_ batch: Int64) -> CommitBatch {
        let size = batch % 20 + 1
        let unit = CommitUnit(
            appends: (0..<size).map { Outgoing(envelope(batch, $0)) },
            writes: (0..<size).map {
                .putMailbox(
                    MailboxRow(seq: batch * 100 + $0, instance: batch, component: "crash", input: Data([1, 2, 3])))
            })
        return CommitBatch(units: [unit]) { _ in [PositionRow(subscription: "batches", position: batch)] }
    }

    private static func envelope(_ batch: Int64, _ number: Int64) -> Envelope {
        let id = MessageID("batch-\(batch)-\(number)")
        return Envelope(
            time: Timestamp(microseconds: batch),
            metadata: .init(
                id: id, kind: .event, name: "crash.batch", version: SchemaVersion(1, 0, 0), source: "crash",
                subject: "\(batch)"),
            context: .init(correlationID: id),
            payload: Payload(bytes: Data(repeating: UInt8(truncatingIfNeeded: batch), count: 300)))
    }
}
