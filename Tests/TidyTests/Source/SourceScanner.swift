/// Tells code, comments and strings apart, well enough for the rules: nested block comments, raw and multi-line
/// strings, and interpolations. Regular-expression literals are taken for code.
struct SourceScanner {
    enum Kind: UInt8 { case code, comment, string }

    /// What the scanner is inside of, beside code.
    private enum Scope {
        /// A string that began with this many `#` and quotes.
        case string(hashes: Int, quotes: Int)
        /// An interpolation with this many open parentheses.
        case interpolation(depth: Int)
    }

    private let bytes: [UInt8]
    private var kinds: [Kind]
    private var index = 0
    private var scopes: [Scope] = []

    static func kinds(of bytes: [UInt8]) -> [Kind] {
        var scanner = SourceScanner(bytes)
        scanner.scan()
        return scanner.kinds
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        kinds = Array(repeating: .code, count: bytes.count)
    }

    private mutating func scan() {
        while index < bytes.count {
            if case .string(let hashes, let quotes)? = scopes.last {
                scanString(hashes, quotes)
            } else {
                scanCode()
            }
        }
    }

    private mutating func scanCode() {
        switch bytes[index] {
        case 0x2F where at(1) == 0x2F:
            while index < bytes.count, bytes[index] != 0x0A { take(1, .comment) }
        case 0x2F where at(1) == 0x2A:
            scanBlockComment()
        case 0x22, 0x23:
            openString()
        case 0x28:
            nest(by: 1)
        case 0x29:
            nest(by: -1)
        default:
            take(1, .code)
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        repeat {
            if bytes[index] == 0x2F, at(1) == 0x2A {
                depth += 1
                take(2, .comment)
            } else if bytes[index] == 0x2A, at(1) == 0x2F {
                depth -= 1
                take(2, .comment)
            } else {
                take(1, .comment)
            }
        } while depth > 0 && index < bytes.count
    }

    private mutating func openString() {
        let hashes = count(of: 0x23, from: index)
        guard at(hashes) == 0x22 else { return take(max(1, hashes), .code) }
        let quotes = count(of: 0x22, from: index + hashes) >= 3 ? 3 : 1
        take(hashes + quotes, .string)
        scopes.append(.string(hashes: hashes, quotes: quotes))
    }

    private mutating func scanString(_ hashes: Int, _ quotes: Int) {
        switch bytes[index] {
        case 0x5C where count(of: 0x23, from: index + 1) >= hashes:
            if at(1 + hashes) == 0x28 {
                take(1 + hashes, .string)
                take(1, .code)
                scopes.append(.interpolation(depth: 1))
            } else {
                take(2 + hashes, .string)
            }
        case 0x22 where count(of: 0x22, from: index) >= quotes && count(of: 0x23, from: index + quotes) >= hashes:
            take(quotes + hashes, .string)
            scopes.removeLast()
        case 0x0A where quotes == 1:
            scopes.removeLast()
        default:
            take(1, .string)
        }
    }

    private mutating func nest(by step: Int) {
        take(1, .code)
        guard case .interpolation(let depth)? = scopes.last else { return }
        scopes.removeLast()
        if depth + step > 0 { scopes.append(.interpolation(depth: depth + step)) }
    }

    private mutating func take(_ count: Int, _ kind: Kind) {
        for _ in 0..<count where index < bytes.count {
            kinds[index] = kind
            index += 1
        }
    }

    private func at(_ offset: Int) -> UInt8? {
        index + offset < bytes.count ? bytes[index + offset] : nil
    }

    private func count(of byte: UInt8, from start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] == byte { end += 1 }
        return end - start
    }
}
