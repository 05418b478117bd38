/// The dotted name of a message type, `component.name`, such as `payment.received`.
///
/// Grammar: two or more segments joined by dots; a segment is an ASCII letter followed by ASCII letters, digits, `-` or
/// `_`; at most 200 characters. Everything before the first dot is the component that owns the name.
///
/// A literal is not checked where it is written (a literal cannot throw); a runtime checks every name of its
/// components when it starts, and ``init(validating:)`` checks text that comes from outside.
public struct MessageName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The whole name with its dots; equal to the `type` attribute of the CloudEvent.
    package let rawValue: String

    /// The longest name, in characters.
    package static let maximumLength = 200

    public init(stringLiteral value: String) { rawValue = value }

    /// Takes text without checking it, for names that were checked when they were stored.
    package init(trusted rawValue: String) { self.rawValue = rawValue }

    /// Checks text from outside against the grammar.
    ///
    /// - Throws: ``MessageError`` with code `invalidName`, naming the text and the first offending place.
    public init(validating rawValue: String) throws {
        if let problem = Self.problem(in: rawValue) {
            throw MessageError(.invalidName, "'\(rawValue)' is not a message name: \(problem)")
        }
        self.rawValue = rawValue
    }

    /// The component that owns the name: the part before the first dot.
    public var component: String {
        String(Substring(rawValue.utf8.prefix { $0 != UInt8(ascii: ".") }))
    }

    public var description: String { rawValue }

    /// What is wrong with a name, as a clause that completes "the name is wrong: …", or `nil` for a good one.
    package static func problem(in text: String) -> String? {
        guard !text.isEmpty else { return "it is empty; write component.name" }
        guard text.utf8.count <= maximumLength else {
            return "it has \(text.utf8.count) characters; at most \(maximumLength) are allowed"
        }
        let segments = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard segments.count >= 2 else { return "it has no dot; write component.name" }
        for segment in segments {
            if let problem = Self.problem(inSegment: Substring(segment)) { return problem }
        }
        return nil
    }

    /// What is wrong with one segment of a name (a component's name is one segment), or `nil` for a good one.
    package static func problem(inSegment segment: some StringProtocol) -> String? {
        guard let first = segment.utf8.first else { return "it has an empty segment" }
        guard isLetter(first) else { return "the segment '\(segment)' must begin with a letter" }
        for byte in segment.utf8 where !isLetter(byte) && !isDigit(byte) && byte != 0x2D && byte != 0x5F {
            return "the segment '\(segment)' may hold only letters, digits, '-' and '_'"
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension MessageName: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(validating: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
