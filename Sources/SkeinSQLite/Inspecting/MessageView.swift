public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A message of the log as tools show it; its JSON is what `skein events --json` prints.
public struct MessageView: Sendable, Hashable, Codable {
    /// An attachment or reference.
    public struct Attached: Sendable, Hashable, Codable {
        public var url: String?
        public var resource: String?
        public var type: String
    }

    public var position: Int64
    public var id: MessageID
    public var time: Timestamp
    public var kind: MessageKind
    public var audience: Audience
    public var name: String
    public var version: String
    public var source: String
    public var subject: String
    public var correlationID: MessageID
    public var causationID: MessageID?
    /// The W3C `traceparent`.
    public var trace: String?
    public var user: String?
    public var recipient: String?
    public var assets: [Attached]
    public var extensions: [String: JSONValue]
    public var contentType: String
    /// The payload, where it is JSON.
    public var payload: JSONValue?
    /// The payload in Base64, where it is not.
    public var payloadBase64: String?

    init(_ record: Record) {
        let (metadata, context) = (record.envelope.metadata, record.envelope.context)
        (position, id, time) = (record.position, metadata.id, record.envelope.time)
        (kind, audience, name) = (metadata.kind, metadata.audience, metadata.name.rawValue)
        (version, source, subject) = (metadata.version.description, metadata.source, metadata.subject)
        (correlationID, causationID, trace) = (context.correlationID, context.causationID, context.trace?.parent)
        (user, recipient) = (context.user, context.recipient)
        assets = context.assets.map { asset in
            switch asset {
            case .url(let url, let type): Attached(url: url, type: type)
            case .resource(let id, let type): Attached(resource: id, type: type)
            }
        }
        extensions = context.extensions.mapValues { value in
            switch value {
            case .boolean(let value): .bool(value)
            case .integer(let value): .integer(Int64(value))
            case .string(let value): .string(value)
            }
        }
        contentType = record.envelope.payload.contentType
        payload = JSONValue(record.envelope.payload.bytes)
        payloadBase64 = payload == nil ? record.envelope.payload.bytes.base64EncodedString() : nil
    }
}

/// Which messages are looked for. Conditions that are `nil` admit everything.
public struct MessageFilter: Sendable, Hashable {
    /// In which order, and so from which end, messages are found.
    public enum Order: String, Sendable, CaseIterable {
        case newestFirst, oldestFirst
    }

    /// The whole name, `payment.received`, or its beginning followed by `*`, `payment.*`.
    public var name: String?
    /// The component whose topic it is: the first part of the name.
    public var component: String?
    public var kind: MessageKind?
    public var subject: String?
    public var correlation: String?
    /// At this time or later.
    public var since: Timestamp?
    /// Before this time.
    public var until: Timestamp?
    /// Above this position.
    public var after: Int64?
    /// Below this position.
    public var before: Int64?
    /// The url or resource id of an asset.
    public var asset: String?
    public var order = Order.newestFirst
    /// The largest number of messages; 1 or more.
    public var limit = 50

    public init() {}
}

/// A message with what is known of its way.
public struct MessageDetail: Sendable, Hashable, Codable {
    /// How a subscription stands to the message.
    public struct Handling: Sendable, Hashable, Codable {
        public var subscription: String
        /// `handled`, `pending` (not read yet, or under way), or, where it is set aside: `retrying`, `behind`, `incident`,
        /// `skipped`, `deadLetter`.
        public var state: String
        public var attempts: Int?
        public var nextAt: Timestamp?
        public var error: String?
        /// Whether an operator has replaced the payload for this subscription.
        public var isEdited: Bool?
    }

    public var message: MessageView
    /// The subscriptions of the components that take the message, and all that have set it aside.
    public var handling: [Handling]
    /// The messages that its handling has caused, oldest first, at most 100.
    public var children: [MessageView]
}
