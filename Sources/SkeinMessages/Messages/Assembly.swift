#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Makes envelopes and their parts for `SkeinStorage`, which offers that to adapters as initialisers. An initialiser
/// there could not call one of the same form here: in its own module it is preferred.
package enum Assembly {
    /// A message of its four sections.
    package static func envelope(
        _ time: Timestamp, _ metadata: Envelope.Metadata, _ context: Envelope.Context, _ payload: Payload
    ) -> Envelope {
        Envelope(time: time, metadata: metadata, context: context, payload: payload)
    }

    /// What a message is.
    package static func metadata(
        _ id: MessageID, _ kind: MessageKind, _ audience: Audience, _ name: MessageName, _ version: SchemaVersion,
        _ source: String, _ subject: String
    ) -> Envelope.Metadata {
        Envelope.Metadata(
            id: id, kind: kind, audience: audience, name: name, version: version, source: source, subject: subject)
    }

    /// Why a message exists, with neither assets nor extensions.
    package static func context(
        _ correlationID: MessageID, _ causationID: MessageID?, _ trace: TraceContext?, _ user: String?,
        _ recipient: String?
    ) -> Envelope.Context {
        Envelope.Context(
            correlationID: correlationID, causationID: causationID, trace: trace, user: user, recipient: recipient)
    }

    /// Encoded content.
    package static func payload(_ contentType: String, _ bytes: Data) -> Payload {
        Payload(contentType: contentType, bytes: bytes)
    }

    /// A name that keeps to the grammar.
    package static func name(_ text: String) throws -> MessageName { try MessageName(validating: text) }

    /// A version that is three numbers.
    package static func version(_ text: String) throws -> SchemaVersion { try SchemaVersion(validating: text) }
}
