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
        causationID = cause?.id
        correlationID = cause?.correlationID
        trace = cause?.context.trace
        user = cause?.context.user
        subject = cause?.subject
    }
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
        let type = type(of: message)
        let bytes = try coder.encode(message)
        guard bytes.count <= maximumPayloadSize else {
            throw MessageError(
                .payloadTooLarge,
                "\(type.name) has a payload of \(bytes.count) bytes; at most \(maximumPayloadSize) are allowed. "
                    + "Store large content elsewhere and refer to it by an asset.")
        }
        let random = randomness()
        let trace =
            origin.trace.map { $0.child(span: random.2) }
            ?? TraceContext(random: (random.0, random.1), span: random.2)
        return Outgoing(
            Envelope(
                time: time,
                metadata: Envelope.Metadata(
                    id: id, kind: type.kind, audience: (type as? any Event.Type)?.audience ?? .domain, name: type.name,
                    version: type.version, source: origin.component,
                    subject: message.subject ?? origin.subject ?? id.rawValue),
                context: Envelope.Context(
                    correlationID: origin.correlationID ?? id, causationID: origin.causationID, trace: trace,
                    user: origin.user, recipient: recipient, assets: message.assets),
                payload: Payload(contentType: coder.contentType, bytes: bytes)),
            value: message)
    }
}
