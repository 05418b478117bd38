import SkeinCore
import SkeinOperator
import SkeinStorage

/// Which events a request asks for.
struct EventQuery {
    var filter = MessageFilter()
    /// The write that the answer has to know of, by its position; `nil` for none.
    var receipt: Int64?

    static let names: Set<String> = [
        "name", "user", "component", "kind", "audience", "correlation", "causation", "trace", "asset", "subject",
        "recipient", "since", "until", "order", "limit", "cursor", "receipt",
    ]

    /// - Parameter largest: how many events an answer may have.
    /// - Throws: ``Problem``, naming the parameter.
    init(_ items: QueryItems, largest: Int) throws {
        (filter.name, filter.user) = (try items.one("name"), try items.one("user"))
        (filter.component, filter.subject) = (try items.one("component"), try items.one("subject"))
        (filter.correlation, filter.causation) = (try items.one("correlation"), try items.one("causation"))
        (filter.trace, filter.recipient) = (try items.one("trace"), try items.one("recipient"))
        filter.asset = try items.one("asset")
        filter.kind = try Self.word(items, "kind")
        filter.audience = try items.one("audience").map(Audience.init(rawValue:))
        filter.since = try Self.time(items, "since")
        filter.until = try Self.time(items, "until")
        switch try items.one("order") {
        case nil, "newest-first": filter.order = .newestFirst
        case "oldest-first": filter.order = .oldestFirst
        case let word?:
            throw Problem.badRequest("order is '\(word)'; write newest-first or oldest-first")
        }
        filter.limit = try Self.number(items, "limit", 1...Int64(largest)).map { Int($0) } ?? min(50, largest)
        receipt = try Self.number(items, "receipt", 0...Int64.max)
        guard let text = try items.one("cursor") else { return }
        let position = try EventCursor(text, of: items).position
        switch filter.order {
        case .newestFirst: filter.before = position
        case .oldestFirst: filter.after = position
        }
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ items: QueryItems, _ name: String
    ) throws -> Word? {
        guard let text = try items.one(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.badRequest("\(name) is '\(text)'; write one of: \(words)")
        }
        return word
    }

    private static func time(_ items: QueryItems, _ name: String) throws -> Timestamp? {
        guard let text = try items.one(name) else { return nil }
        do {
            return try Timestamp(rfc3339: text)
        } catch {
            throw Problem.badRequest("\(name) is '\(text)', which is no time in RFC 3339: 2026-01-31T12:00:00Z")
        }
    }

    private static func number(_ items: QueryItems, _ name: String, _ range: ClosedRange<Int64>) throws -> Int64? {
        guard let text = try items.one(name) else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            let most = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw Problem.badRequest("\(name) is '\(text)'; write a number from \(range.lowerBound)\(most)")
        }
        return number
    }
}
