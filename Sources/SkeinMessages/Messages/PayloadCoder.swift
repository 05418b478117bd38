#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Turns values into payloads and back.
///
/// The one place where the payload format is known; a faster or different format replaces the two closures.
package struct PayloadCoder: Sendable {
    /// The media type of JSON (RFC 8259), the default format.
    package static let jsonContentType = "application/json"

    /// The media type of the payloads that this coder reads and writes.
    package let contentType: String
    let encodeValue: @Sendable (any Encodable) throws -> Data
    let decodeValue: @Sendable (any Decodable.Type, Data) throws -> any Decodable

    package init(
        contentType: String,
        encode: @escaping @Sendable (any Encodable) throws -> Data,
        decode: @escaping @Sendable (any Decodable.Type, Data) throws -> any Decodable
    ) {
        (self.contentType, encodeValue, decodeValue) = (contentType, encode, decode)
    }

    /// Whether the coder reads payloads of a media type, whatever its parameters. A payload without a type is taken for
    /// the format of the coder, as CloudEvents 1.0 says of JSON (JSON event format, section 3.1).
    package func reads(_ mediaType: String) -> Bool {
        if mediaType == contentType || mediaType.isEmpty { return true }
        let essence = mediaType.prefix { $0 != ";" }
        return String(essence.prefix { $0 != " " && $0 != "\t" }).lowercased() == contentType
    }

    /// JSON (RFC 8259) with object members in ascending order and dates in ISO 8601, so that equal values have equal
    /// bytes.
    package static let json = PayloadCoder(
        contentType: jsonContentType,
        encode: { try jsonEncoder.encode($0) },
        decode: { try jsonDecoder.decode($0, from: $1) }
    )

    // Both are made once, because making one costs as much as writing a small value. Each call copies their options.
    private static let jsonEncoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }()

    private static let jsonDecoder: JSONDecoder = {
        let decoder = JSONDecoder()
        // The built-in strategy refuses a malformed date without saying where it stands.
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let time = try? Timestamp(rfc3339: text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a date")
            }
            return Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000)
        }
        return decoder
    }()

    /// Encodes a value.
    ///
    /// - Throws: ``MessageError`` with code `unencodablePayload`, naming the type.
    package func encode(_ value: some Encodable) throws -> Data {
        do {
            return try encodeValue(value)
        } catch {
            throw MessageError(
                .unencodablePayload, "a value of type \(type(of: value)) cannot be written as \(contentType)",
                cause: error)
        }
    }

    /// Decodes a value of the given type.
    ///
    /// - Throws: ``MessageError`` with code `undecodablePayload`, naming the type and the place in the payload.
    package func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        do {
            if let value = try decodeValue(type, data) as? Value { return value }
        } catch let error as DecodingError {
            throw MessageError(.undecodablePayload, "\(type) cannot be read: \(Self.place(of: error))", cause: error)
        } catch {
            throw MessageError(.undecodablePayload, "\(type) cannot be read as \(contentType)", cause: error)
        }
        throw MessageError(.undecodablePayload, "\(type) cannot be read: the decoder gave another type")
    }

    private static func place(of error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            return "'\(path(context.codingPath + [key]))' is missing"
        case .valueNotFound(let type, let context):
            return "'\(path(context.codingPath))' is null, a \(type) is needed"
        case .typeMismatch(let type, let context):
            return "'\(path(context.codingPath))' is not a \(type)"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? context.debugDescription : "'\(path(context.codingPath))': \(context.debugDescription)"
        @unknown default:
            return "the payload is malformed"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined(separator: ".")
    }
}
