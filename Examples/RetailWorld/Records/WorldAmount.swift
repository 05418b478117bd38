/// An amount of money in whole cents, written as a decimal with two places: `25.00`.
public struct WorldAmount: Sendable, Hashable, Comparable {
    /// The exact value; negative for a debt.
    public var cents: Int64

    public init(cents: Int64) { self.cents = cents }

    /// Nothing.
    public static let zero = WorldAmount(cents: 0)

    /// Reads `25`, `25.5` or `25.00`, with a sign before it if need be; `nil` for anything else.
    public init?(_ text: String) {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard areDigits, let first = parts.first, first.count <= 15, let whole = Int64(first) else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard parts[1].count <= 2, let number = Int64(parts[1]) else { return nil }
            fraction = parts[1].count == 1 ? number * 10 : number
        }
        cents = (whole * 100 + fraction) * (text.hasPrefix("-") ? -1 : 1)
    }

    public static func < (one: Self, other: Self) -> Bool { one.cents < other.cents }
    public static func + (one: Self, other: Self) -> Self { Self(cents: one.cents + other.cents) }
    public static func - (one: Self, other: Self) -> Self { Self(cents: one.cents - other.cents) }
    public static func += (one: inout Self, other: Self) { one.cents += other.cents }
    public static func -= (one: inout Self, other: Self) { one.cents -= other.cents }
}

extension WorldAmount: CustomStringConvertible {
    public var description: String {
        let cents = cents.magnitude
        return "\(self.cents < 0 ? "-" : "")\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
}

extension WorldAmount: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let amount = WorldAmount(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no amount")
        }
        self = amount
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
