/// Where a server listens: a host and a port of TCP.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public let host: String
    /// From 0 to 65,535; with 0 the system chooses.
    public let port: Int

    /// The port of an eventing service, unless another one is named.
    public static let defaultPort = 4700

    /// - Throws: ``ServerError`` with code `configuration` for an empty host, or a port out of range.
    public init(host: String, port: Int = defaultPort) throws {
        guard !host.isEmpty, !host.contains(where: \.isWhitespace) else {
            throw ServerError(.configuration, "'\(host)' is no host to listen at; write a name or an address")
        }
        guard (0...65_535).contains(port) else {
            throw ServerError(.configuration, "\(port) is no port to listen at; write 0 to 65535")
        }
        (self.host, self.port) = (host, port)
    }

    /// Reads `HOST:PORT`, `HOST`, `:PORT` (on loopback), or `[IPv6]:PORT`.
    ///
    /// - Throws: ``ServerError`` with code `configuration`, which says what may be written.
    public init(_ text: String) throws {
        let wrong = ServerError(
            .configuration,
            "'\(text)' is no address to listen at; write HOST:PORT, such as 127.0.0.1:\(Self.defaultPort), [::1]:8080 "
                + "or :8080")
        var (host, port) = (text[...], ""[...])
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw wrong }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { throw wrong }
            port = rest.dropFirst()
            guard rest.isEmpty == port.isEmpty else { throw wrong }
        } else if let colon = text.firstIndex(of: ":") {
            (host, port) = (text[..<colon], text[text.index(after: colon)...])
            guard !port.isEmpty else { throw wrong }
        }
        guard port.allSatisfy({ $0.isASCII && $0.isNumber }), port.isEmpty || Int(port) != nil else { throw wrong }
        guard !host.isEmpty || !port.isEmpty, !host.contains("/") else { throw wrong }
        try self.init(host: host.isEmpty ? "127.0.0.1" : String(host), port: Int(port) ?? Self.defaultPort)
    }

    /// This machine alone can connect to it.
    public var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
