package import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Binary mode: attributes as headers of a protocol's message, data as its body.
extension CloudEvent {
    /// How a protocol writes attributes as headers.
    public struct HeaderStyle: Hashable, Sendable {
        /// Stands before the name of every attribute but `datacontenttype`.
        public let prefix: String
        /// Whether values are percent-encoded (HTTP binding, section 3.1.3.2) or plain UTF-8.
        public let isPercentEncoded: Bool

        public init(prefix: String, isPercentEncoded: Bool) {
            (self.prefix, self.isPercentEncoded) = (prefix, isPercentEncoded)
        }

        /// The HTTP binding: `ce-id`, percent-encoded.
        public static let http = HeaderStyle(prefix: "ce-", isPercentEncoded: true)
        /// The Kafka binding: `ce_id`, plain.
        public static let kafka = HeaderStyle(prefix: "ce_", isPercentEncoded: false)
    }

    /// One header; names are compared without regard to case.
    public struct Header: Hashable, Sendable {
        /// With the prefix of the protocol.
        public let name: String
        /// As it travels, percent-encoded where the protocol asks for it.
        public let value: String

        public init(_ name: String, _ value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    /// The header that carries `datacontenttype`.
    public static let contentTypeHeader = "content-type"

    /// The attributes as headers, in a fixed order; the body of the message is ``data`` as it is.
    ///
    /// Headers have no types, so a further attribute, `extensiontypes`, names the extensions that are no strings.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the attribute that breaks a rule.
    public func binary(_ style: HeaderStyle = .http) throws -> [Header] {
        try validate()
        return try headers(style)
    }

    /// An envelope as the headers and the body of a message: the same as ``binary(_:)`` of its event, checked once.
    ///
    /// - Throws: ``MessageError`` as ``init(_:)`` does.
    package static func binary(
        _ envelope: Envelope, _ style: HeaderStyle
    ) throws -> (headers: [Header], body: Data) {
        let event = try CloudEvent(envelope)
        return (try event.headers(style), event.data)
    }

    /// The attributes of an event that has been checked.
    private func headers(_ style: HeaderStyle) throws -> [Header] {
        guard extensions[CloudEventAttribute.extensionTypes] == nil else {
            throw MessageError.cloudEvent(
                CloudEventAttribute.extensionTypes, "is written by binary mode itself; rename it")
        }
        var attributes = self.attributes
        if let types = ExtensionTypes.text(of: extensions) {
            attributes.append((CloudEventAttribute.extensionTypes, .string(types)))
        }
        return attributes.map { name, value in
            if name == CloudEventAttribute.dataContentType { return Header(Self.contentTypeHeader, value.description) }
            let text = value.description
            return Header(style.prefix + name, style.isPercentEncoded ? HeaderText.encoded(text) : text)
        }
    }

    /// Reads the attributes from headers; headers without the prefix are left out of account.
    ///
    /// Extensions are strings, unless `extensiontypes` says otherwise.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the attribute.
    public init(headers: [Header], body: Data, style: HeaderStyle = .http) throws {
        var attributes: [String: ExtensionValue] = [:]
        let prefix = Self.lowercased(style.prefix)
        for header in headers {
            let lower = Self.lowercased(header.name)
            let name: String
            if lower == Self.contentTypeHeader {
                name = CloudEventAttribute.dataContentType
            } else if lower.hasPrefix(prefix) {
                name = String(lower.dropFirst(prefix.count))
                guard name != CloudEventAttribute.dataContentType else {
                    throw MessageError.cloudEvent(name, "travels as '\(Self.contentTypeHeader)', not as '\(lower)'")
                }
            } else {
                continue
            }
            let isPlain = !style.isPercentEncoded || name == CloudEventAttribute.dataContentType
            let value = isPlain ? header.value : try HeaderText.decoded(header.value, of: name)
            guard attributes.updateValue(.string(value), forKey: name) == nil else {
                throw MessageError.cloudEvent(name, "stands twice in the headers")
            }
        }
        if case .string(let types)? = attributes.removeValue(forKey: CloudEventAttribute.extensionTypes) {
            try ExtensionTypes.apply(types, to: &attributes)
        }
        try self.init(attributes)
        data = body
        try validate()
    }

    private static func lowercased(_ text: String) -> String {
        text.utf8.contains { $0 >= 0x80 || ($0 >= 0x41 && $0 <= 0x5A) } ? text.lowercased() : text
    }
}

extension Envelope {
    /// An envelope from the headers and the body of a message in binary mode; the same as by way of a ``CloudEvent``,
    /// which is checked once.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the attribute.
    package init(
        headers: [CloudEvent.Header], body: Data, style: CloudEvent.HeaderStyle, receivedAt: Timestamp
    ) throws {
        try self.init(checked: CloudEvent(headers: headers, body: body, style: style), receivedAt: receivedAt)
    }
}

/// The attribute that names the extensions which are no strings: `count=integer flag=boolean`.
private enum ExtensionTypes {
    static func text(of extensions: [String: ExtensionValue]) -> String? {
        let words = extensions.sorted { $0.key < $1.key }.compactMap { name, value in
            switch value {
            case .boolean: "\(name)=boolean"
            case .integer: "\(name)=integer"
            case .string: nil
            }
        }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    static func apply(_ text: String, to attributes: inout [String: ExtensionValue]) throws {
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=").map(String.init)
            guard parts.count == 2, case .string(let value)? = attributes[parts[0]] else {
                throw MessageError.cloudEvent(CloudEventAttribute.extensionTypes, "names no attribute in '\(word)'")
            }
            switch (parts[1], Int32(value)) {
            case ("boolean", _) where value == "true" || value == "false":
                attributes[parts[0]] = .boolean(value == "true")
            case ("integer", let number?) where String(number) == value:
                attributes[parts[0]] = .integer(number)
            default:
                throw MessageError.cloudEvent(parts[0], "is '\(value)', which is not of the type \(parts[1])")
            }
        }
    }
}

/// The encoding of header values (HTTP binding, section 3.1.3.2).
private enum HeaderText {
    static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), byte != 0x22, byte != 0x25 {
                bytes.append(byte)
            } else {
                bytes += [0x25, digit(byte >> 4), digit(byte & 0xF)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func decoded(_ text: String, of attribute: String) throws -> String {
        var bytes: [UInt8] = []
        var rest = try unquoted(text, of: attribute)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(number), let low = rest.popFirst().flatMap(number) else {
                throw MessageError.cloudEvent(attribute, "has a '%' without two hexadecimal digits in its header")
            }
            bytes.append(high << 4 | low)
        }
        guard let value = String(validating: bytes, as: UTF8.self) else {
            throw MessageError.cloudEvent(attribute, "has a header that does not decode to UTF-8")
        }
        return value
    }

    /// Takes away white space around, and quotes with their escapes (RFC 7230, section 3.2.6).
    private static func unquoted(_ text: String, of attribute: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var isQuoted = false
        var rest = Array(text.utf8)[...]
        while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        while let byte = rest.popFirst() {
            if byte == 0x22 {
                isQuoted.toggle()
            } else if isQuoted, byte == 0x5C, let next = rest.popFirst() {
                bytes.append(next)
            } else {
                bytes.append(byte)
            }
        }
        guard !isQuoted else { throw MessageError.cloudEvent(attribute, "has a quote without an end in its header") }
        return bytes
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

    private static func number(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
