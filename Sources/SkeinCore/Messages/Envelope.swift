/// What travels: one message of any kind with everything that is known about it, in four sections.
///
/// An envelope is immutable once it is published. The runtime fills in time, identity, correlation, causation and trace;
/// users never pass them on by hand. It maps one to one to a CloudEvent 1.0 (see ``CloudEvent``).
public struct Envelope: Hashable, Sendable {
    /// When the message came into being, on the clock of the component that published it.
    public var time: Timestamp
    public var metadata: Metadata
    public var context: Context
    public var payload: Payload

    public init(time: Timestamp, metadata: Metadata, context: Context, payload: Payload) {
        (self.time, self.metadata, self.context, self.payload) = (time, metadata, context, payload)
    }

    /// What the message is.
    public struct Metadata: Hashable, Sendable {
        public var id: MessageID
        public var kind: MessageKind
        /// For whom an event is meant; ``Audience/domain`` for the other kinds.
        public var audience: Audience
        public var name: MessageName
        public var version: SchemaVersion
        /// The component that published the message.
        public var source: String
        /// The ordering key.
        public var subject: String

        public init(
            id: MessageID, kind: MessageKind, audience: Audience = .domain, name: MessageName, version: SchemaVersion,
            source: String, subject: String
        ) {
            (self.id, self.kind, self.audience, self.name) = (id, kind, audience, name)
            (self.version, self.source, self.subject) = (version, source, subject)
        }
    }

    /// Why the message exists and for whom.
    public struct Context: Hashable, Sendable {
        /// The id of the first message of the chain that this one belongs to; its own id for the first.
        public var correlationID: MessageID
        /// The id of the message whose handling produced this one; `nil` for the first of a chain.
        public var causationID: MessageID?
        public var trace: TraceContext?
        /// On whose behalf; whatever the edge that accepted the request put in.
        public var user: String?
        /// The one component that is to get the message; `nil` for all who subscribe.
        public var recipient: String?
        public var assets: [Asset]
        /// Further attributes, by CloudEvents names (lower-case letters and digits). In ascending order of name
        /// wherever they are written.
        public var extensions: [String: ExtensionValue]

        public init(
            correlationID: MessageID, causationID: MessageID? = nil, trace: TraceContext? = nil, user: String? = nil,
            recipient: String? = nil, assets: [Asset] = [], extensions: [String: ExtensionValue] = [:]
        ) {
            (self.correlationID, self.causationID, self.trace) = (correlationID, causationID, trace)
            (self.user, self.recipient, self.assets, self.extensions) = (user, recipient, assets, extensions)
        }
    }
}

extension Envelope {
    public var id: MessageID { metadata.id }
    public var kind: MessageKind { metadata.kind }
    public var name: MessageName { metadata.name }
    public var version: SchemaVersion { metadata.version }
    public var source: String { metadata.source }
    public var subject: String { metadata.subject }
    public var correlationID: MessageID { context.correlationID }
    public var causationID: MessageID? { context.causationID }

    /// The topic that carries the message: the component that owns its name.
    public var topic: String { metadata.name.component }
}

/// A value of a CloudEvents extension attribute, in the types of CloudEvents 1.0, section "Type System". Binary, URI and
/// timestamp values travel as their canonical text.
public enum ExtensionValue: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int32)
    case string(String)
}

/// A typed attachment of, or reference from, a message.
public enum Asset: Hashable, Sendable {
    /// A place on the web or in a file store.
    case url(String, type: String)
    /// A business object elsewhere, by its kind and id; indexed, so that messages can be found by it.
    case resource(id: String, type: String)
}
