import GRDB
import Skein
import SkeinSQLite
import SkeinStorage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the file of one part of a shop says about messages that go from part to part.
struct PartLog: Sendable, Hashable {
    /// One message of the log.
    struct Message: Sendable, Hashable {
        var position: Int64
        var id: String
        var kind: MessageKind
        var type: String
        /// The component that has written it.
        var source: String
        var subject: String
        /// The only receiver; `nil` for all.
        var recipient: String?
        /// The process that an answer goes to; `nil` for what is no answer, or one to this process.
        var replyTo: String?
        /// Equal for equal payloads.
        var digest: UInt64
        /// Whether it was written here, and did not come from another part.
        var isOwn: Bool
        /// Whether it waits here to leave, or for another attempt to send it.
        var isWaiting = false

        /// The component that the name begins with.
        var component: String { String(type.prefix { $0 != "." }) }

        /// For people.
        var name: String { "\(type) about \(subject)" }

        /// Where it was sent to, in the words of transports.
        var destination: String {
            switch kind {
            case .command, .query: "commands to \(recipient ?? component)"
            case .event, .document:
                replyTo.map { "replies to \($0)" } ?? recipient.map { "commands to \($0)" } ?? "events of \(component)"
            }
        }
    }

    /// The name of the process.
    var name: String
    /// The components that run in it.
    var components: Set<String>
    /// Those that go from part to part, in the order of the log.
    var messages: [Message] = []
    /// Whether an operator has stopped the channel here: what others have sent stays with the broker.
    var isSuspended = false

    /// Reads a file of a part.
    init(_ db: Database, name: String) throws {
        self.name = name
        components = try Self.components(db)
        isSuspended = try Standstill.isChannelSuspended(db)
        let departures = try Departures(db)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT position, id, kind, type, source, subject, recipient, payload, origin IS NULL AS own,
                    json_extract(headers, '$.extensions.replyto') AS reply FROM event ORDER BY position
                """)
        while let row = try rows.next() {
            guard let kind = MessageKind(rawValue: row["kind"]) else { continue }
            let reply: String? = row["reply"]
            var message = Message(
                position: row["position"], id: row["id"], kind: kind, type: row["type"], source: row["source"],
                subject: row["subject"], recipient: row["recipient"],
                replyTo: reply?.split(separator: "/").last.map(String.init),
                digest: Self.digest(row["payload"]), isOwn: row["own"])
            message.isWaiting = message.isOwn && departures.isWaiting(message.position)
            // What nobody could read is parked under the runtime's own name.
            if message.component != Self.runtime { messages.append(message) }
        }
    }

    init(name: String, components: Set<String>, messages: [Message]) {
        (self.name, self.components, self.messages) = (name, components, messages)
    }

    private static let runtime = "skein"

    /// What the relay of a part has sent.
    private struct Departures {
        private static let relay = "relay/\(ShopPart.channel)"

        /// Everything up to here has left, or never leaves, apart from what is parked.
        private var place: Int64 = 0
        private var above: [ClosedRange<Int64>] = []
        private var parked: Set<Int64> = []

        init(_ db: Database) throws {
            let sql = "SELECT position, completed FROM position WHERE subscription = ?"
            if let row = try Row.fetchOne(db, sql: sql, arguments: [Self.relay]) {
                (place, above) = (row["position"], try CompletedText.decode(row["completed"]))
            }
            parked = try Int64.fetchSet(
                db,
                sql: """
                    SELECT position FROM parked WHERE subscription = ? AND state IN ('retrying', 'behind', 'incident')
                    """, arguments: [Self.relay])
        }

        func isWaiting(_ position: Int64) -> Bool {
            if parked.contains(position) { return true }
            guard position > place else { return false }
            // The stretches ascend, so the first one that does not end before the position decides.
            var (low, high) = (0, above.count)
            while low < high {
                let middle = (low + high) / 2
                if above[middle].upperBound < position { low = middle + 1 } else { high = middle }
            }
            return low == above.count || above[low].lowerBound > position
        }
    }

    /// The components that say so themselves; those that were heard of on a channel name it.
    private static func components(_ db: Database) throws -> Set<String> {
        let descriptions = try Data.fetchAll(db, sql: "SELECT description FROM catalogue")
        let entries = descriptions.compactMap { try? JSONDecoder().decode(CatalogueEntry.self, from: $0) }
        return Set(entries.filter { $0.channel == nil }.map(\.component))
    }

    /// FNV-1a (Fowler, Noll, Vo), 64 bits.
    private static func digest(_ payload: Data) -> UInt64 {
        payload.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
