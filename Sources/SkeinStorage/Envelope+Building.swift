#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif
public import SkeinMessages

// For adapters of stores and programs that fill an outbox. `SkeinMessages` has the same initialisers for this package
// alone; those are preferred where both are seen.

extension Envelope {
    /// Puts the sections of a message together.
    @_disfavoredOverload
    public init(time: Timestamp, metadata: Metadata, context: Context, payload: Payload) {
        self = Assembly.envelope(time, metadata, context, payload)
    }
}

extension Envelope.Metadata {
    /// What a message is, and where it comes from.
    @_disfavoredOverload
    public init(
        id: MessageID, kind: MessageKind, audience: Audience = .domain, name: MessageName, version: SchemaVersion,
        source: String, subject: String
    ) {
        self = Assembly.metadata(id, kind, audience, name, version, source, subject)
    }
}

extension Envelope.Context {
    /// In what connection a message stands.
    @_disfavoredOverload
    public init(
        correlationID: MessageID, causationID: MessageID? = nil, trace: TraceContext? = nil, user: String? = nil,
        recipient: String? = nil, assets: [Asset] = [], extensions: [String: ExtensionValue] = [:]
    ) {
        self = Assembly.context(correlationID, causationID, trace, user, recipient)
        (self.assets, self.extensions) = (assets, extensions)
    }
}

extension Payload {
    /// Content of a media type (RFC 2046), as it was stored.
    @_disfavoredOverload
    public init(contentType: String = "application/json", bytes: Data) {
        self = Assembly.payload(contentType, bytes)
    }
}

extension MessageName {
    /// Checks text from outside against the grammar.
    ///
    /// - Throws: ``MessageError`` with code `invalidName`, naming the text and the first offending place.
    @_disfavoredOverload
    public init(validating text: String) throws {
        self = try Assembly.name(text)
    }
}

extension SchemaVersion {
    /// Reads text from outside.
    ///
    /// - Throws: ``MessageError`` with code `invalidVersion`, naming the text.
    @_disfavoredOverload
    public init(validating text: String) throws {
        self = try Assembly.version(text)
    }
}
