import SkeinTransport

/// A broker's address: `host:port`, `stomp://user:password@host:port` or `stomp+ssl://…`.
struct StompAddress: Hashable, Sendable {
    var host: String
    var port: Int
    var isEncrypted: Bool
    var credentials: Credentials?

    typealias Credentials = StompConfiguration.Credentials

    /// The ports that brokers listen at by default.
    static let (plainPort, encryptedPort) = (61613, 61614)

    /// The address without credentials.
    var label: String {
        (isEncrypted ? "stomp+ssl://" : "stomp://") + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }

    /// - Throws: ``TransportError`` with code `configuration`, which shows no credentials.
    init(_ text: String) throws(TransportError) {
        var rest = text[...]
        isEncrypted = false
        if let end = rest.firstRange(of: "://") {
            switch rest[..<end.lowerBound].lowercased() {
            case "stomp", "tcp": isEncrypted = false
            case "stomp+ssl", "ssl": isEncrypted = true
            case let scheme:
                throw Self.wrong("the scheme '\(scheme)' is unknown; write stomp:// or stomp+ssl://")
            }
            rest = rest[end.upperBound...]
        }
        if let at = rest.lastIndex(of: "@") {
            credentials = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        if rest.last == "/" { rest.removeLast() }
        var port = ""
        if rest.first == "[", let end = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { throw Self.wrong("write [host]:port") }
            port = String(rest.dropFirst())
        } else {
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = String(parts.first ?? "")
            port = parts.count > 1 ? String(parts[1]) : ""
        }
        self.port = isEncrypted ? Self.encryptedPort : Self.plainPort
        if !port.isEmpty {
            guard let number = Int(port), (1...65_535).contains(number) else {
                throw Self.wrong("'\(port)' is no port; write host:port with 1 to 65535")
            }
            self.port = number
        }
        let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 != 0x2F && $0 != 0x3F && $0 != 0x23 && $0 < 0x7F }
        guard !host.isEmpty, isPlain else { throw Self.wrong("it names no host; write host:port") }
    }

    private static func credentials(_ text: Substring) throws(TransportError) -> Credentials {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = decoded(parts[0]), let password = parts.count > 1 ? decoded(parts[1]) : "" else {
            throw wrong("a '%' in its credentials has no two hexadecimal digits")
        }
        return Credentials(user: user, password: password)
    }

    private static func decoded(_ text: Substring) -> String? {
        var (bytes, rest): ([UInt8], Substring.UTF8View.SubSequence) = ([], text.utf8[...])
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }

    private static func wrong(_ problem: String) -> TransportError {
        TransportError(.configuration, "the address of the STOMP broker is wrong: \(problem)")
    }
}
