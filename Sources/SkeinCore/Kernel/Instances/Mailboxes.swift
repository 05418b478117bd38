import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The inputs of instances that do not react at present.
///
/// Confined to the runner of the kernel.
final class Mailboxes {
    private let kernel: KernelContext
    /// The entries that were taken, with the ticket of the commit that removes them from the store.
    private var taken: [Int64: UInt64] = [:]
    /// Whether the message that is being delivered may lie in mailboxes already: because a crash cut its delivery off,
    /// or because it is a dead letter that an operator retries.
    var mayHaveMessage = true

    /// How many entries are read at a time.
    private static let page = 200

    init(_ kernel: KernelContext) { self.kernel = kernel }

    /// Puts an input behind the others of an instance.
    func put(_ input: Input, for instance: LiveInstance) throws {
        guard try !contains(input, of: instance.id) else { return }
        kernel.turn.touched.insert(instance.id)
        let seq = kernel.core.newMailboxSeq()
        let row = try StoredInput(input).row(seq: seq, instance: instance.id, component: kernel.component)
        kernel.write(.putMailbox(row))
    }

    /// Whether the mailbox has the message already, because a crash cut off its delivery to many. The wait does not
    /// tell: it stays until the instance reacts.
    private func contains(_ input: Input, of id: InstanceID) throws -> Bool {
        guard mayHaveMessage, case .message(let op, let delivered) = input else { return false }
        var last = Int64.min
        while case let rows = try kernel.reader.mailbox(of: id, after: last, limit: Self.page), let end = rows.last {
            for row in rows where taken[row.seq] == nil {
                guard let stored = Self.decoded(row) else { continue }
                if stored.kind == "message", stored.op == op, stored.position == delivered.position { return true }
            }
            last = end.seq
        }
        return false
    }

    /// Whether an instance has no entries that were not taken.
    func isEmpty(of id: InstanceID) throws -> Bool { try next(of: id, limit: 1).isEmpty }

    /// The first entries of an instance that were not taken.
    func next(of id: InstanceID, limit: Int) throws -> [MailboxRow] {
        var found: [MailboxRow] = []
        var last = Int64.min
        while found.count < limit {
            let rows = try kernel.reader.mailbox(of: id, after: last, limit: limit)
            found += rows.filter { taken[$0.seq] == nil }
            guard rows.count == limit, let end = rows.last else { break }
            last = end.seq
        }
        return Array(found.prefix(limit))
    }

    /// The cancellations in a mailbox, which come before its other entries.
    ///
    /// - Parameter seq: the entry behind which to search.
    /// - Returns: the cancellations that were not taken, and the last entry of the mailbox.
    func cancellations(of id: InstanceID, after seq: Int64) throws -> (found: [MailboxRow], last: Int64) {
        var found: [MailboxRow] = []
        var last = seq
        while case let rows = try kernel.reader.mailbox(of: id, after: last, limit: Self.page), let end = rows.last {
            found += rows.filter { taken[$0.seq] == nil && Self.decoded($0)?.kind == "cancel" }
            last = end.seq
        }
        return (found, last)
    }

    /// Takes out the outcomes of operations, before the instance restarts.
    func dropOutcomes(of id: InstanceID) throws {
        var last = Int64.min
        while case let rows = try kernel.reader.mailbox(of: id, after: last, limit: Self.page), let end = rows.last {
            for row in rows where taken[row.seq] == nil && Self.decoded(row)?.isOutcome ?? false { take(row) }
            last = end.seq
        }
    }

    /// The input in an entry; `nil` when it cannot be read.
    static func decoded(_ row: MailboxRow) -> StoredInput? {
        try? JSONDecoder().decode(StoredInput.self, from: row.input)
    }

    func isTaken(_ row: MailboxRow) -> Bool { taken[row.seq] != nil }

    /// Takes an entry out.
    func take(_ row: MailboxRow) {
        kernel.write(.removeMailbox(seq: row.seq))
        kernel.turn.touched.insert(row.instance)
        taken[row.seq] = kernel.nextTicket
    }

    /// Forgets what the store knows by now.
    func committed() {
        if !taken.isEmpty { taken = taken.filter { $0.value > kernel.committedTicket } }
    }
}
