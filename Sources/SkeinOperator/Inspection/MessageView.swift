public import SkeinStorage
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

    /// The same message in the store of another process, which took it in.
    public struct Copy: Sendable, Hashable, Codable {
        /// The name of the store.
        public var store: String
        /// The place in its log.
        public var position: Int64
    }

    /// The place in the log; in a folder of stores, in that of ``store``.
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
    /// Where it comes from; `nil` for one that was written here.
    public var origin: ChannelOrigin?
    /// The name of the store in a folder of several: the one where the message was written, or, where that is not in
    /// the folder, the first that took it in; `nil` for a store by itself.
    public var store: String?
    /// The other stores of the folder that have the message, by name; `nil` for a store by itself.
    public var copies: [Copy]?
    /// How the subscriptions of all stores of the folder stand to the message; `nil` for a store by itself.
    public var handling: [MessageDetail.Handling]?
    /// The instances of all stores of the folder that have reacted to it; `nil` for a store by itself.
    public var reactions: [MessageDetail.Reaction]?

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
        origin = record.origin
    }
}
