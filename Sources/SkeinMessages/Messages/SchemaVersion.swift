/// The version of a payload's schema: `major.minor.patch` of semantic versioning 2.0.0, without pre-release or build
/// parts, each number from 0 to 65,535.
///
/// A literal that is malformed is accepted by the compiler; a runtime refuses it when it starts. Text from outside goes
/// through ``init(validating:)``.
public struct SchemaVersion: Hashable, Sendable, CustomStringConvertible {
    /// Raised when readers of the version before cannot read the payload any more.
    public let major: UInt16
    /// Raised when something was added that readers may leave out of account.
    package let minor: UInt16
    /// Raised when only the description changed.
    package let patch: UInt16
    /// The literal that could not be read; a runtime names it in the error that refuses to start.
    let malformed: String?

    package init(_ major: UInt16, _ minor: UInt16, _ patch: UInt16) {
        (self.major, self.minor, self.patch, malformed) = (major, minor, patch, nil)
    }

    private init(malformed: String) {
        (major, minor, patch, self.malformed) = (0, 0, 0, malformed)
    }

    /// Reads text from outside.
    ///
    /// - Throws: ``MessageError`` with code `invalidVersion`, naming the text.
    public init(validating text: String) throws {
        guard let numbers = Self.parse(text) else {
            throw MessageError(
                .invalidVersion, "'\(text)' is not a schema version: write three numbers like 1.2.3")
        }
        self.init(numbers.0, numbers.1, numbers.2)
    }

    /// Whether this came from a literal that is no version.
    package var isMalformed: Bool { malformed != nil }

    public var description: String { malformed ?? "\(major).\(minor).\(patch)" }

    /// Whether a handler that is written for this version (`since:`) takes a message of the given one: the same major,
    /// and not lower.
    package func accepts(_ version: SchemaVersion) -> Bool {
        !isMalformed && version.major == major && version >= self
    }

    private static func parse(_ text: String) -> (UInt16, UInt16, UInt16)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var numbers: [UInt16] = []
        for part in parts {
            let canonical = part == "0" || part.utf8.first != 0x30
            guard canonical, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(part) else {
                return nil
            }
            numbers.append(number)
        }
        return (numbers[0], numbers[1], numbers[2])
    }
}

extension SchemaVersion: Comparable {
    public static func < (left: SchemaVersion, right: SchemaVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}

extension SchemaVersion: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) {
        if let numbers = Self.parse(value) {
            self.init(numbers.0, numbers.1, numbers.2)
        } else {
            self.init(malformed: value)
        }
    }
}

extension SchemaVersion: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(validating: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
