public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// An event in the form of CloudEvents 1.0, as other systems write and read it.
///
/// The attributes are held as they travel, so that nothing is lost between reading and writing. Nothing is checked
/// while an event is put together; reading, writing and ``validate()`` check every rule of the specification.
///
/// - ``json()`` and ``init(json:)``: one event as JSON (structured mode);
/// - ``json(batch:)`` and ``batch(json:)``: many events as a JSON array (batch mode);
/// - ``binary(_:)`` and ``init(headers:body:style:)``: attributes as headers, data as the body (binary mode);
/// - ``init(_:)`` and ``Envelope/init(_:receivedAt:)``: from and to an ``Envelope``.
public struct CloudEvent: Hashable, Sendable {
    /// The version of the specification, the only one that is read or written.
    public static let specVersion = "1.0"

    /// Unique together with ``source``; never empty.
    public var id: String
    /// Where the event happened: a URI reference (RFC 3986, section 4.1), never empty.
    public var source: String
    /// What happened; an envelope's name. Never empty.
    public var type: String
    /// What it happened to, within the source; an envelope's ordering key. `nil` or not empty.
    public var subject: String?
    /// RFC 3339, as it came, with its own offset and precision. See ``timestamp``.
    public var time: String?
    /// The media type (RFC 2046) of ``data``.
    public var dataContentType: String?
    /// The URI of the schema that ``data`` follows.
    public var dataSchema: String?
    /// All other attributes. Names are lower-case letters and digits.
    public var extensions: [String: ExtensionValue]
    /// The content, encoded as ``dataContentType`` says. Empty for an event without data: binary mode cannot tell the
    /// two apart.
    public var data: Data

    public init(
        id: String, source: String, type: String, subject: String? = nil, time: String? = nil,
        dataContentType: String? = nil, dataSchema: String? = nil, extensions: [String: ExtensionValue] = [:],
        data: Data = Data()
    ) {
        (self.id, self.source, self.type, self.subject, self.time) = (id, source, type, subject, time)
        (self.dataContentType, self.dataSchema) = (dataContentType, dataSchema)
        (self.extensions, self.data) = (extensions, data)
    }

    /// The point in time of ``time``, cut to microseconds; `nil` when there is none or it cannot be read.
    public var timestamp: Timestamp? {
        time.flatMap { try? Timestamp(rfc3339: $0) }
    }
}

extension CloudEvent {
    /// How an event lies in a message of a protocol.
    public enum Mode: Hashable, Sendable {
        case structured, batch, binary

        /// Tells the mode of a message by its content type (HTTP binding, section 1.3).
        ///
        /// - Throws: ``MessageError`` with code `invalidCloudEvent` for an event format other than JSON.
        public init(contentType: String?) throws {
            let type = MediaType.essence(contentType ?? "")
            switch type {
            case CloudEvent.jsonContentType: self = .structured
            case CloudEvent.batchContentType: self = .batch
            case _ where type.hasPrefix("application/cloudevents"):
                throw MessageError(
                    .invalidCloudEvent,
                    "the event format '\(type)' is not read here; send \(CloudEvent.jsonContentType) or binary mode")
            default: self = .binary
            }
        }
    }

    /// The media type of one event in structured mode.
    public static let jsonContentType = "application/cloudevents+json"
    /// The media type of a batch of events.
    public static let batchContentType = "application/cloudevents-batch+json"
}

extension ExtensionValue: CustomStringConvertible {
    /// The canonical text of the value (CloudEvents 1.0, section "Type System").
    public var description: String {
        switch self {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .string(let value): value
        }
    }
}
