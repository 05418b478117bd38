import SkeinMessages

/// The grammar of media types (RFC 2045, section 5.1; RFC 2046).
enum MediaType {
    /// The type of most payloads.
    private static let common = "application/json"

    /// Type and subtype in lower case, without parameters.
    static func essence(_ text: String) -> String {
        text == common ? common : String(text.prefix { $0 != ";" }).lowercased().filter { $0 != " " && $0 != "\t" }
    }

    /// Whether content of the type is JSON (JSON event format, section 3.1.1).
    static func isJSON(_ text: String) -> Bool {
        guard let subtype = essence(text).split(separator: "/").last else { return false }
        return subtype == "json" || subtype.hasSuffix("+json")
    }

    /// What is wrong with a media type, or `nil` for a good one.
    static func problem(in text: String) -> String? {
        guard text != common else { return nil }
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        let names = trim(parts[0]).split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(isToken) else { return "write type/subtype" }
        guard parts.count == 2 else { return nil }
        return problem(inParameters: Array(parts[1].utf8))
    }

    private static func problem(inParameters bytes: [UInt8]) -> String? {
        var rest = bytes[...]
        while true {
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
            let name = rest.prefix { isTokenByte($0) }
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, rest.first == 0x3D else { return "write a parameter as name=value" }
            rest = rest.dropFirst()
            if rest.first == 0x22 {
                guard let end = closingQuote(rest) else { return "a quoted parameter does not end" }
                rest = rest[(end + 1)...]
            } else {
                let value = rest.prefix { isTokenByte($0) }
                guard !value.isEmpty else { return "the value of a parameter is empty or must be quoted" }
                rest = rest.dropFirst(value.count)
            }
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
            if rest.isEmpty { return nil }
            guard rest.first == 0x3B else { return "separate parameters by ';'" }
            rest = rest.dropFirst()
        }
    }

    private static func closingQuote(_ bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex + 1
        while index < bytes.endIndex {
            guard bytes[index] >= 0x20, bytes[index] < 0x7F else { return nil }
            if bytes[index] == 0x22 { return index }
            index += bytes[index] == 0x5C ? 2 : 1
        }
        return nil
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }

    private static func isToken(_ text: Substring) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isTokenByte) }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "(", ")", "<", ">", "@", ",", ";", ":", "\\", "\"", "/", "[", "]", "?", "=": false
        default: byte > 0x20 && byte < 0x7F
        }
    }
}
