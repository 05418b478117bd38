import SkeinMessages

/// The grammar of URI references (RFC 3986, section 4.1), as far as characters, escapes and the scheme go.
enum URIReference {
    /// What is wrong with a reference, absolute or relative, or `nil` for a good one.
    static func problem(in text: String) -> String? {
        let bytes = Array(text.utf8)
        if let problem = problem(inCharacters: bytes) { return problem }
        let colon = bytes.firstIndex(of: 0x3A)
        let delimiter = bytes.firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? bytes.count
        if let colon, colon < delimiter, !isScheme(bytes[..<colon]) {
            return "what stands before the first ':' is not a scheme; write './' before a relative path with a colon"
        }
        return nil
    }

    /// What is wrong with a URI, which must have a scheme, or `nil` for a good one.
    static func problem(inAbsolute text: String) -> String? {
        guard !text.isEmpty else { return "it is empty" }
        if let problem = problem(in: text) { return problem }
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: 0x3A), isScheme(bytes[..<colon]) else { return "it has no scheme" }
        return nil
    }

    private static func problem(inCharacters bytes: [UInt8]) -> String? {
        var fragments = 0
        let authority = authority(of: bytes)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case 0x25:
                let isEscape = index + 2 < bytes.count && isHex(bytes[index + 1]) && isHex(bytes[index + 2])
                guard isEscape else { return "'%' at offset \(index) is not followed by two hexadecimal digits" }
            case 0x23:
                fragments += 1
                guard fragments == 1 else { return "it has a second '#' at offset \(index)" }
            case 0x5B, 0x5D:
                guard authority.contains(index) else { return "it has a bracket outside the host at offset \(index)" }
            case _ where isAllowed(byte): continue
            default: return "the character at offset \(index) must be percent-encoded"
            }
        }
        return nil
    }

    /// Where the authority lies: between `//` and the next delimiter.
    private static func authority(of bytes: [UInt8]) -> Range<Int> {
        let start: Int
        if bytes.starts(with: [0x2F, 0x2F]) {
            start = 2
        } else if let colon = bytes.firstIndex(of: 0x3A), bytes[(colon + 1)...].starts(with: [0x2F, 0x2F]) {
            start = colon + 3
        } else {
            return 0..<0
        }
        let end = bytes[start...].firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 }
        return start..<(end ?? bytes.count)
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        if isLetter(byte) || isDigit(byte) { return true }
        return switch Unicode.Scalar(byte) {
        case "-", ".", "_", "~", ":", "/", "?", "@", "!", "$", "&", "'", "(", ")", "*", "+", ",", ";", "=": true
        default: false
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }
}
