import SkeinStorage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a page ended: a position, and which query the page was of.
struct EventCursor {
    let position: Int64
    private let query: UInt64

    /// What may differ between the pages of one query.
    private static let free: Set<String> = ["cursor", "limit", "receipt"]

    init(after position: Int64, of items: QueryItems) {
        (self.position, query) = (position, Self.digest(items))
    }

    /// - Throws: ``Problem`` for a text that is no cursor, or one of another query.
    init(_ text: String, of items: QueryItems) throws {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let position = Int64(parts[0], radix: 36), let query = UInt64(parts[1], radix: 36),
            position >= 0
        else {
            throw Problem.badRequest("'\(text)' is no cursor; take 'next' of the page before as it is")
        }
        guard query == Self.digest(items) else {
            throw Problem.badRequest("the cursor is of another query; begin the new one without a cursor")
        }
        (self.position, self.query) = (position, query)
    }

    var text: String { "\(String(position, radix: 36))-\(String(query, radix: 36))" }

    private static func digest(_ items: QueryItems) -> UInt64 {
        let texts = items.items.filter { !free.contains($0.name) }.map { "\($0.name)=\($0.value)" }.sorted()
        return StableHash.value(of: texts.joined(separator: "\u{0}"))
    }
}
