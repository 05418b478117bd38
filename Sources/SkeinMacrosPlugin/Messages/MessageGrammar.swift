/// The grammar of message names, as `MessageName.problem(in:)` of `SkeinCore` checks it.
///
/// A compiler plugin runs on the machine that builds and cannot import the module it writes code for, so the rules
/// stand here a second time; a test runs one table of names through both.
enum NameGrammar {
    static let maximumLength = 200

    /// What is wrong with a name, as a clause that completes "…: ", or `nil` for a good one.
    static func problem(in text: String) -> String? {
        guard !text.isEmpty else { return "it is empty; write component.name" }
        guard text.utf8.count <= maximumLength else {
            return "it has \(text.utf8.count) characters; at most \(maximumLength) are allowed"
        }
        let segments = text.split(separator: ".", omittingEmptySubsequences: false)
        guard segments.count >= 2 else { return "it has no dot; write component.name" }
        for segment in segments {
            guard let first = segment.utf8.first else { return "it has an empty segment" }
            guard isLetter(first) else { return "the segment '\(segment)' must begin with a letter" }
            guard segment.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == 0x2D || $0 == 0x5F }) else {
                return "the segment '\(segment)' may hold only letters, digits, '-' and '_'"
            }
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

/// The grammar of schema versions, as `SchemaVersion(validating:)` of `SkeinCore` checks it: `major.minor.patch` of
/// semantic versioning 2.0.0, without pre-release and build parts, each number from 0 to 65,535.
enum VersionGrammar {
    /// What is wrong with a version, as a clause that completes "…: ", or `nil` for a good one.
    static func problem(in text: String) -> String? {
        guard !text.isEmpty else { return "it is empty; write three numbers like 1.2.3" }
        guard text.utf8.allSatisfy({ isDigit($0) || $0 == 0x2E }) else {
            return "it may hold only digits and dots; write three numbers like 1.2.3"
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            return "it has \(parts.count) part\(parts.count == 1 ? "" : "s"); write three numbers like 1.2.3"
        }
        for part in parts {
            guard !part.isEmpty else { return "a number is missing; write three numbers like 1.2.3" }
            guard part == "0" || part.utf8.first != 0x30 else { return "the number \(part) has a leading zero" }
            guard UInt16(part) != nil else { return "the number \(part) is above 65535" }
        }
        return nil
    }

    /// The version that was probably meant by a malformed one: missing numbers become zeros; leading zeros, a leading
    /// `v`, and pre-release and build parts go. `nil` where that is no version either.
    static func correction(of text: String) -> String? {
        var core = text.prefix { $0 != "-" && $0 != "+" }
        if core.first == "v" || core.first == "V" { core = core.dropFirst() }
        let parts = core.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 3 else { return nil }
        var numbers: [String] = []
        for part in parts {
            guard part.utf8.allSatisfy(isDigit), let number = UInt16(part) else { return nil }
            numbers.append(String(number))
        }
        numbers += Array(repeating: "0", count: 3 - numbers.count)
        return numbers.joined(separator: ".")
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
