public import SkeinMessages

/// Envelopes as CloudEvents and back, without loss.
///
/// An envelope has more sections than CloudEvents has attributes; the rest travels in extensions of ours (see
/// ``CloudEventAttribute/envelope``). An event that has `kind` and `schemaversion` is ours; any other is foreign.
///
/// A foreign event becomes an envelope of kind event. What an envelope has no place for is kept among its extensions
/// under the names of core attributes, which no extension of an event can have: `specversion` says that the event was
/// foreign, `dataschema` is kept as it is, `time` as it was written if that is not our way, and `subject` or `time` are
/// `false` if they were absent.
extension CloudEvent {
    /// The event that an envelope is to other systems.
    ///
    /// - Throws: ``MessageError`` with code `invalidCloudEvent` when the envelope holds what no CloudEvent may hold: a
    ///   control character, an extension with a reserved name, a malformed version, a time after the year 9999.
    public init(_ envelope: Envelope) throws {
        let kept = envelope.context.extensions
        let isForeign = kept[CloudEventAttribute.specVersion] != nil
        let contentType = envelope.payload.contentType
        self.init(
            id: envelope.id.rawValue, source: envelope.source, type: envelope.name.rawValue,
            time: Self.time(of: envelope), dataContentType: contentType.isEmpty ? nil : contentType,
            data: envelope.payload.bytes)
        if case .string(let text)? = kept[CloudEventAttribute.dataSchema] { dataSchema = text }
        let isWithoutSubject = envelope.subject.isEmpty || isForeign && kept[CloudEventAttribute.subject] != nil
        subject = isWithoutSubject ? nil : envelope.subject
        var names: Set<String> = [CloudEventAttribute.dataSchema, CloudEventAttribute.time]
        if isForeign {
            names.formUnion([CloudEventAttribute.specVersion, CloudEventAttribute.subject])
        } else {
            extensions = try Self.extensions(of: envelope)
        }
        for (name, value) in kept where !names.contains(name) {
            guard isForeign || !CloudEventAttribute.envelope.contains(name) else {
                throw MessageError.cloudEvent(name, "is written from the envelope itself; rename the extension")
            }
            extensions[name] = value
        }
        try validate()
    }

    private static func time(of envelope: Envelope) -> String? {
        switch envelope.context.extensions[CloudEventAttribute.time] {
        case .boolean: nil
        case .string(let text) where (try? Timestamp(rfc3339: text)) == envelope.time: text
        default: envelope.time.description
        }
    }

    /// The sections of an envelope that CloudEvents has no attributes for. Defaults are left out.
    private static func extensions(of envelope: Envelope) throws -> [String: ExtensionValue] {
        let (metadata, context) = (envelope.metadata, envelope.context)
        guard !metadata.version.isMalformed else {
            throw MessageError.cloudEvent(
                CloudEventAttribute.schemaVersion, "is '\(metadata.version)'; write three numbers like 1.2.3")
        }
        var texts: [String: String] = [
            CloudEventAttribute.kind: metadata.kind.rawValue,
            CloudEventAttribute.schemaVersion: metadata.version.description,
        ]
        if metadata.audience != .domain { texts[CloudEventAttribute.audience] = metadata.audience.rawValue }
        if context.correlationID != metadata.id {
            texts[CloudEventAttribute.correlationID] = context.correlationID.rawValue
        }
        texts[CloudEventAttribute.causationID] = context.causationID?.rawValue
        texts[CloudEventAttribute.traceParent] = context.trace?.parent
        texts[CloudEventAttribute.traceState] = context.trace?.state
        texts[CloudEventAttribute.userID] = context.user
        texts[CloudEventAttribute.recipient] = context.recipient
        if !context.assets.isEmpty { texts[CloudEventAttribute.assets] = AssetText.json(context.assets) }
        return texts.mapValues { .string($0) }
    }
}

extension Envelope {
    /// The envelope of a CloudEvent, ours or foreign.
    ///
    /// A foreign event becomes an event for the domain, of schema version 1.0.0 and, if it has no subject, ordered by
    /// nothing but its own id. Its `type` becomes the name even where that breaks the grammar of names. The documented
    /// extensions `correlationid`, `causationid` and `traceparent` are understood.
    ///
    /// - Parameters:
    ///   - event: Is checked again, as by ``CloudEvent/validate()``.
    ///   - receivedAt: The time of the envelope if the event has none.
    /// - Throws: ``MessageError`` with code `invalidCloudEvent`, naming the attribute.
    public init(_ event: CloudEvent, receivedAt: Timestamp) throws {
        try event.validate()
        try self.init(checked: event, receivedAt: receivedAt)
    }

    /// The same for an event that has been checked.
    init(checked event: CloudEvent, receivedAt: Timestamp) throws {
        let texts = event.extensions.compactMapValues { value -> String? in
            if case .string(let text) = value { text } else { nil }
        }
        let kind = texts[CloudEventAttribute.kind].flatMap(MessageKind.init(rawValue:))
        let isOurs = kind != nil && texts[CloudEventAttribute.schemaVersion] != nil
        var kept = event.extensions
        if isOurs { kept = kept.filter { !CloudEventAttribute.envelope.contains($0.key) } }
        kept[CloudEventAttribute.dataSchema] = event.dataSchema.map { .string($0) }
        let time = event.timestamp ?? receivedAt
        if event.time == nil {
            kept[CloudEventAttribute.time] = .boolean(false)
        } else if let text = event.time, text != time.description {
            kept[CloudEventAttribute.time] = .string(text)
        }
        if !isOurs {
            kept[CloudEventAttribute.specVersion] = .string(CloudEvent.specVersion)
            if event.subject == nil { kept[CloudEventAttribute.subject] = .boolean(false) }
        }
        let metadata = Metadata(
            id: MessageID(event.id), kind: isOurs ? kind ?? .event : .event,
            audience: isOurs ? texts[CloudEventAttribute.audience].map(Audience.init(rawValue:)) ?? .domain : .domain,
            name: MessageName(trusted: event.type), version: isOurs ? try Self.version(texts) : SchemaVersion(1, 0, 0),
            source: event.source, subject: event.subject ?? (isOurs ? "" : event.id))
        var context = isOurs ? try Self.ours(event, texts) : Self.foreign(event, texts)
        context.extensions = kept
        let payload = Payload(contentType: event.dataContentType ?? "", bytes: event.data)
        self.init(time: time, metadata: metadata, context: context, payload: payload)
    }

    private static func version(_ texts: [String: String]) throws -> SchemaVersion {
        do {
            return try SchemaVersion(validating: texts[CloudEventAttribute.schemaVersion] ?? "")
        } catch {
            throw MessageError.cloudEvent(CloudEventAttribute.schemaVersion, "is no schema version", cause: error)
        }
    }

    private static func ours(_ event: CloudEvent, _ texts: [String: String]) throws -> Context {
        for (name, value) in event.extensions where CloudEventAttribute.envelope.contains(name) {
            guard case .string = value else { throw MessageError.cloudEvent(name, "is not a string") }
        }
        return Context(
            correlationID: MessageID(texts[CloudEventAttribute.correlationID] ?? event.id),
            causationID: texts[CloudEventAttribute.causationID].map { MessageID($0) },
            trace: try trace(texts),
            user: texts[CloudEventAttribute.userID],
            recipient: texts[CloudEventAttribute.recipient],
            assets: try texts[CloudEventAttribute.assets].map(AssetText.assets) ?? [])
    }

    private static func foreign(_ event: CloudEvent, _ texts: [String: String]) -> Context {
        let correlation = texts[CloudEventAttribute.correlationID].flatMap { $0.isEmpty ? nil : $0 }
        let causation = texts[CloudEventAttribute.causationID].flatMap { $0.isEmpty ? nil : $0 }
        return Context(
            correlationID: MessageID(correlation ?? event.id), causationID: causation.map { MessageID($0) },
            trace: try? trace(texts))
    }

    private static func trace(_ texts: [String: String]) throws -> TraceContext? {
        guard let parent = texts[CloudEventAttribute.traceParent] else { return nil }
        do {
            return try TraceContext(parent: parent, state: texts[CloudEventAttribute.traceState])
        } catch {
            throw MessageError.cloudEvent(CloudEventAttribute.traceParent, "is no trace context", cause: error)
        }
    }
}
