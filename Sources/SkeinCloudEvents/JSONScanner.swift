#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Text that is not JSON, and where.
package struct JSONSyntaxError: Error, CustomStringConvertible {
    /// Counted in bytes from 0.
    let offset: Int
    let problem: String

    package var description: String { "\(problem) at byte \(offset)" }
}

/// Walks over JSON text (RFC 8259) and gives the places of values instead of the values, so that what is only passed
/// on keeps every byte: the order of its members, the digits of its numbers.
package struct JSONScanner {
    /// Deeper nesting is refused.
    static let maximumDepth = 512

    package let bytes: [UInt8]
    private(set) var index = 0

    package init(_ data: Data) throws(JSONSyntaxError) {
        bytes = [UInt8](data)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONSyntaxError(offset: 0, problem: "the text is not UTF-8")
        }
    }

    /// Where the one value of a text lies, or `nil` when the text is not JSON.
    static func value(in data: Data) -> Range<Int>? {
        guard var scanner = try? JSONScanner(data), let range = try? scanner.value(), (try? scanner.end()) != nil else {
            return nil
        }
        return range
    }

    /// The next byte that is no white space.
    mutating func peek() -> UInt8? {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            case let byte: return byte
            }
        }
        return nil
    }

    package mutating func end() throws(JSONSyntaxError) {
        guard peek() == nil else { throw error("more text follows") }
    }

    /// Checks the next value and passes over it.
    package mutating func value(depth: Int = 0) throws(JSONSyntaxError) -> Range<Int> {
        guard depth < Self.maximumDepth else { throw error("values are nested deeper than \(Self.maximumDepth)") }
        let first = peek()
        let start = index
        switch first {
        case 0x7B:
            try object(depth: depth) { _, scanner throws(JSONSyntaxError) in _ = try scanner.value(depth: depth + 1) }
        case 0x5B:
            try array { scanner throws(JSONSyntaxError) in _ = try scanner.value(depth: depth + 1) }
        case 0x22: try skipString()
        case 0x74: try literal("true")
        case 0x66: try literal("false")
        case 0x6E: try literal("null")
        default: try number()
        }
        return start..<index
    }

    /// Reads an object; the closure must read the value of each member.
    package mutating func object(
        depth: Int = 0,
        member: (Range<Int>, inout JSONScanner) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        try expect(0x7B, "'{'")
        if peek() == 0x7D { return index += 1 }
        while true {
            _ = peek()
            let start = index
            try skipString()
            let name = start..<index
            try expect(0x3A, "':'")
            try member(name, &self)
            if peek() == 0x2C {
                index += 1
            } else {
                return try expect(0x7D, "',' or '}'")
            }
        }
    }

    /// Reads an array; the closure must read each element.
    package mutating func array(
        element: (inout JSONScanner) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        try expect(0x5B, "'['")
        if peek() == 0x5D { return index += 1 }
        while true {
            try element(&self)
            if peek() == 0x2C {
                index += 1
            } else {
                return try expect(0x5D, "',' or ']'")
            }
        }
    }

    private mutating func expect(_ byte: UInt8, _ name: String) throws(JSONSyntaxError) {
        guard peek() == byte else { throw error("\(name) is missing") }
        index += 1
    }

    private mutating func literal(_ text: String) throws(JSONSyntaxError) {
        guard bytes[index...].starts(with: text.utf8) else { throw error("'\(text)' is misspelt") }
        index += text.utf8.count
    }

    private mutating func skipString() throws(JSONSyntaxError) {
        guard peek() == 0x22 else { throw error("a string is missing") }
        index += 1
        while index < bytes.count {
            switch bytes[index] {
            case 0x22: return index += 1
            case 0x5C:
                let isEscape = index + 1 < bytes.count && "\"\\/bfnrtu".utf8.contains(bytes[index + 1])
                guard isEscape else { throw error("a string holds an unknown escape") }
                if bytes[index + 1] == 0x75, hex(at: index + 2) == nil {
                    throw error("'\\u' is not followed by four hexadecimal digits")
                }
                index += 2
            case 0..<0x20: throw error("a string holds a control character")
            default: index += 1
            }
        }
        throw error("a string does not end")
    }

    private mutating func number() throws(JSONSyntaxError) {
        let start = index
        if at(0x2D) { index += 1 }
        if at(0x30) {
            index += 1
        } else if digits() == 0 {
            index = start
            throw error("a value is missing")
        }
        if at(0x2E) {
            index += 1
            guard digits() > 0 else { throw error("a number has no digits after its point") }
        }
        if at(0x65) || at(0x45) {
            index += 1
            if at(0x2B) || at(0x2D) { index += 1 }
            guard digits() > 0 else { throw error("a number has no digits in its exponent") }
        }
    }

    private func at(_ byte: UInt8) -> Bool { index < bytes.count && bytes[index] == byte }

    private mutating func digits() -> Int {
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        return index - start
    }

    package func error(_ problem: String) -> JSONSyntaxError { JSONSyntaxError(offset: index, problem: problem) }
}

extension JSONScanner {
    /// The text of a string that was passed over.
    package func string(at range: Range<Int>) throws(JSONSyntaxError) -> String {
        let text = bytes[range.lowerBound + 1..<range.upperBound - 1]
        guard text.contains(0x5C) else { return String(decoding: text, as: UTF8.self) }
        var units: [UInt8] = []
        var place = range.lowerBound + 1
        while place < range.upperBound - 1 {
            guard bytes[place] == 0x5C else {
                units.append(bytes[place])
                place += 1
                continue
            }
            guard bytes[place + 1] == 0x75 else {
                units.append(Self.unescaped(bytes[place + 1]))
                place += 2
                continue
            }
            let (scalar, length) = try self.scalar(at: place)
            units.append(contentsOf: Array(String(Character(scalar)).utf8))
            place += length
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// The character of one `\u` escape, or of the two that make a surrogate pair.
    private func scalar(at place: Int) throws(JSONSyntaxError) -> (Unicode.Scalar, length: Int) {
        let high = hex(at: place + 2) ?? 0
        if let scalar = Unicode.Scalar(high) { return (scalar, 6) }
        let followed = place + 7 < bytes.count && bytes[place + 6] == 0x5C && bytes[place + 7] == 0x75
        guard high < 0xDC00, followed, let low = hex(at: place + 8), (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw JSONSyntaxError(offset: place, problem: "half a surrogate pair stands alone") }
        return (scalar, 12)
    }

    private func hex(at place: Int) -> UInt32? {
        guard place + 4 <= bytes.count else { return nil }
        let digits = bytes[place..<place + 4]
        guard digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static func unescaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x62: 0x08
        case 0x66: 0x0C
        case 0x6E: 0x0A
        case 0x72: 0x0D
        case 0x74: 0x09
        default: byte
        }
    }
}
