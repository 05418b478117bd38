import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Where a message comes from: what the runtime copies into its envelope so that users never have to.
struct MessageOrigin: Sendable {
    var component: String
    /// The message whose handling produces the new one.
    var causationID: MessageID?
    var correlationID: MessageID?
    var trace: TraceContext?
    var user: String?
    /// The subject of messages that have none of their own.
    var subject: String?

    init(component: String, cause: Envelope? = nil) {
        self.component = component
        causationID = cause?.answered
        correlationID = cause?.correlationID
        trace = cause?.context.trace
        user = cause?.context.user
        subject = cause?.subject
    }
}

/// A message, encoded, that has no envelope yet.
struct MessageDraft {
    var kind: MessageKind
    var audience = Audience.domain
    var name: MessageName
    var version: SchemaVersion
    var subject: String?
    var assets: [Asset] = []
    var payload: Data
    /// The message itself, where it is at hand.
    var value: (any Message)?
}

/// Builds envelopes.
struct MessageFactory: Sendable {
    let coder: PayloadCoder
    let maximumPayloadSize: Int

    /// - Throws: ``MessageError`` with code `unencodablePayload` or `payloadTooLarge`.
    func make(
        _ message: some Message, from origin: MessageOrigin, id: MessageID, time: Timestamp,
        randomness: @autoclosure () -> (UInt64, UInt64, UInt64), recipient: String? = nil
    ) throws -> Outgoing {
        make(
            try draft(of: message), from: origin, id: id, time: time, randomness: randomness(), recipient: recipient)
    }

    /// - Throws: ``MessageError`` with code `unencodablePayload` or `payloadTooLarge`.
    func draft(of message: some Message) throws -> MessageDraft {
        let type = type(of: message)
        let bytes = try coder.encode(message)
        try check(bytes, "\(type.name) has a payload", instead: "refer to it by an asset")
        return MessageDraft(
            kind: type.kind, audience: (type as? any Event.Type)?.audience ?? .domain, name: type.name,
            version: type.version, subject: message.subject, assets: message.assets, payload: bytes, value: message)
    }

    /// Encodes what an instance keeps: a result, a state, a start.
    ///
    /// - Parameter what: as the error names it, `the result of the activity 'charge'`.
    /// - Throws: ``MessageError`` with code `unencodablePayload` or `payloadTooLarge`.
    func encode(_ value: some Encodable, as what: @autoclosure () -> String) throws -> Data {
        let bytes = try coder.encode(value)
        try check(bytes, "\(what()) has a size", instead: "keep what finds it")
        return bytes
    }

    private func check(_ bytes: Data, _ what: @autoclosure () -> String, instead: String) throws {
        guard bytes.count > maximumPayloadSize else { return }
        throw MessageError(
            .payloadTooLarge,
            "\(what()) of \(bytes.count) bytes; at most \(maximumPayloadSize) are allowed. Store large content "
                + "elsewhere and \(instead).")
    }

    func make(
        _ draft: MessageDraft, from origin: MessageOrigin, id: MessageID, time: Timestamp,
        randomness random: (UInt64, UInt64, UInt64), recipient: String? = nil
    ) -> Outgoing {
        let trace =
            origin.trace.map { $0.child(span: random.2) }
            ?? TraceContext(random: (random.0, random.1), span: random.2)
        return Outgoing(
            Envelope(
                time: time,
                metadata: Envelope.Metadata(
                    id: id, kind: draft.kind, audience: draft.audience, name: draft.name, version: draft.version,
                    source: origin.component, subject: draft.subject ?? origin.subject ?? id.rawValue),
                context: Envelope.Context(
                    correlationID: origin.correlationID ?? id, causationID: origin.causationID, trace: trace,
                    user: origin.user, recipient: recipient, assets: draft.assets),
                payload: Payload(contentType: coder.contentType, bytes: draft.payload)),
            value: draft.value)
    }
}
