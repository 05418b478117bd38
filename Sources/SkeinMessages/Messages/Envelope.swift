/// What travels: one message of any kind with everything that is known about it, in four sections.
///
/// An envelope is immutable once it is published. The runtime fills in time, identity, correlation, causation and
/// trace; users never pass them on by hand. It maps one to one to a CloudEvent 1.0 (see ``CloudEvent``).
///
/// A copy costs one reference, whatever the message holds; a copy that is changed gets sections of its own.
public struct Envelope: Sendable {
    private final class Sections: Sendable {
        let time: Timestamp
        let metadata: Metadata
        let context: Context
        let payload: Payload

        init(_ time: Timestamp, _ metadata: Metadata, _ context: Context, _ payload: Payload) {
            (self.time, self.metadata, self.context, self.payload) = (time, metadata, context, payload)
        }
    }

    /// Shared by all copies.
    private var sections: Sections

    /// When the message came into being, on the clock of the component that published it.
    public var time: Timestamp {
        get { sections.time }
        set { sections = Sections(newValue, metadata, context, payload) }
    }

    /// What the message is: what routing, ordering and choosing a handler need, without decoding the payload.
    public var metadata: Metadata {
        _read { yield sections.metadata }
        set { sections = Sections(time, newValue, context, payload) }
    }

    /// Why the message exists, for whom, and what it refers to.
    public var context: Context {
        _read { yield sections.context }
        set { sections = Sections(time, metadata, newValue, payload) }
    }

    /// What the message says, encoded.
    public var payload: Payload {
        _read { yield sections.payload }
        set { sections = Sections(time, metadata, context, newValue) }
    }

    public init(time: Timestamp, metadata: Metadata, context: Context, payload: Payload) {
        sections = Sections(time, metadata, context, payload)
    }

    /// What the message is.
    public struct Metadata: Hashable, Sendable {
        /// Unique over all components; the same however often the message is delivered.
        public var id: MessageID
        /// Decides how many owners the message has.
        public var kind: MessageKind
        /// For whom an event is meant; ``Audience/domain`` for the other kinds.
        public var audience: Audience
        /// The type of the message, and with it the topic that carries it.
        public var name: MessageName
        /// The version of the schema that the payload was written in.
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
        /// The span in which the message was published; its handling becomes a child of that span.
        public var trace: TraceContext?
        /// On whose behalf; whatever the edge that accepted the request put in.
        public var user: String?
        /// The one component that is to get the message; `nil` for all who subscribe.
        public var recipient: String?
        /// Attachments and references beside the payload, in the order of the message; searchable.
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

extension Envelope: Hashable {
    public static func == (left: Envelope, right: Envelope) -> Bool {
        left.sections === right.sections
            || left.time == right.time && left.metadata == right.metadata && left.context == right.context
                && left.payload == right.payload
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(time)
        hasher.combine(metadata)
        hasher.combine(context)
        hasher.combine(payload)
    }
}

extension Envelope {
    /// ``Metadata/id``, for short.
    public var id: MessageID { metadata.id }
    /// ``Metadata/kind``, for short.
    package var kind: MessageKind { metadata.kind }
    /// ``Metadata/name``, for short.
    public var name: MessageName { metadata.name }
    /// ``Metadata/version``, for short.
    package var version: SchemaVersion { metadata.version }
    /// ``Metadata/source``, for short.
    package var source: String { metadata.source }
    /// ``Metadata/subject``, for short.
    public var subject: String { metadata.subject }
    /// ``Context/correlationID``, for short.
    public var correlationID: MessageID { context.correlationID }
    /// ``Context/causationID``, for short.
    package var causationID: MessageID? { context.causationID }

    /// ``Context/recipient``, without a copy of everything else that belongs to the context.
    package var recipient: String? { sections.context.recipient }

    /// The topic that carries the message: the component that owns its name.
    package var topic: String { metadata.name.component }
}
