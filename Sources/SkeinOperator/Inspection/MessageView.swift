import SkeinStorage
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
        /// Where the attachment lies, for one on the web or in a file store.
        public var url: String?
        /// The id of the business object, for a reference.
        public var resource: String?
        /// What kind of attachment or object it is.
        public var type: String
    }

    /// The place in the log.
    public var position: Int64
    /// Unique over all components.
    public var id: MessageID
    /// When it came into being.
    public var time: Timestamp
    /// Decides how many owners it has.
    public var kind: MessageKind
    /// For whom an event is meant.
    public var audience: Audience
    /// The type of the message, `component.name`.
    public var name: String
    /// The schema version of the payload.
    public var version: String
    /// The component that published it.
    public var source: String
    /// The ordering key.
    public var subject: String
    /// The first message of its chain.
    public var correlationID: MessageID
    /// The message whose handling produced it.
    public var causationID: MessageID?
    /// The W3C `traceparent`.
    public var trace: String?
    /// On whose behalf.
    public var user: String?
    /// The one component that gets it; `nil` for all who subscribe.
    public var recipient: String?
    /// In the order of the message.
    public var assets: [Attached]
    /// CloudEvents attributes beyond the known ones.
    public var extensions: [String: JSONValue]
    /// The media type of the payload.
    public var contentType: String
    /// The payload, where it is JSON.
    public var payload: JSONValue?
    /// The payload in Base64, where it is not.
    public var payloadBase64: String?

    init(_ record: LogRecord) {
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
    /// Only messages of this kind.
    public var kind: MessageKind?
    /// Only messages with this ordering key.
    public var subject: String?
    /// Only messages of the chain that this message began.
    public var correlation: String?
    /// Only messages that the handling of this message has produced.
    public var causation: String?
    /// Only messages on behalf of this user.
    public var user: String?
    /// The trace id of a W3C `traceparent`, 32 hexadecimal digits, or the whole header.
    public var trace: String?
    /// Only messages for this audience.
    public var audience: Audience?
    /// Only messages that this component alone gets.
    public var recipient: String?
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
    /// From which end messages are found.
    public var order = Order.newestFirst
    /// The largest number of messages; 1 or more.
    public var limit = 50

    public init() {}
}

/// A message with what is known of its way.
public struct MessageDetail: Sendable, Hashable, Codable {
    /// How a subscription stands to the message.
    public struct Handling: Sendable, Hashable, Codable {
        /// The name of the subscription.
        public var subscription: String
        /// `handled`, `pending` (not read yet, or under way), or, where it is parked: `retrying`, `behind`,
        /// `incident`, `skipped`, `deadLetter`.
        public var state: String
        /// How often it has been tried, where it is parked.
        public var attempts: Int?
        /// When it is tried again.
        public var nextAt: Timestamp?
        /// What went wrong last.
        public var error: String?
        /// Whether an operator has replaced the payload for this subscription.
        public var isEdited: Bool?
    }

    /// An instance that has reacted to the message.
    public struct Reaction: Sendable, Hashable, Codable {
        /// The id of the instance.
        public var instance: InstanceID
        /// The process, saga or entity.
        public var process: String
        /// The key of the instance.
        public var key: String
        /// The journal entry that holds it.
        public var seq: Int64
    }

    /// All of its sections.
    public var message: MessageView
    /// The subscriptions of the components that take the message, and all that have set it aside.
    public var handling: [Handling]
    /// The instances that have reacted to it, at most 100.
    public var reactions: [Reaction]
    /// The messages that its handling has caused, oldest first, at most 100.
    public var children: [MessageView]
}
