import SkeinStorage
package import SkeinCore

/// Writes and reads the columns of an envelope, in the order of ``Columns/envelope``.
///
/// Texts that repeat from message to message (names, versions) are remembered, since making them costs more than
/// storing them. To be used from one thread at a time.
package struct EnvelopeColumns {
    private var topics: [MessageName: String] = [:]
    private var versionTexts: [SchemaVersion: String] = [:]
    private var versions: [String: SchemaVersion] = [:]
    /// A bound on each memory, so that generated names cannot grow it for ever.
    private static let memoryLimit = 4096

    /// The topic of a message name.
    package mutating func topic(of name: MessageName) -> String {
        if let topic = topics[name] { return topic }
        if topics.count >= Self.memoryLimit { topics.removeAll(keepingCapacity: true) }
        let topic = name.component
        topics[name] = topic
        return topic
    }

    package mutating func bind(_ envelope: Envelope, to statement: PreparedStatement) throws {
        let (metadata, context) = (envelope.metadata, envelope.context)
        statement.bind(metadata.id.rawValue)
        statement.bind(metadata.kind.rawValue)
        statement.bind(metadata.audience.rawValue)
        statement.bind(metadata.name.rawValue)
        statement.bind(text(of: metadata.version))
        statement.bind(metadata.source)
        statement.bind(metadata.subject)
        statement.bind(envelope.time.microseconds)
        statement.bind(context.correlationID.rawValue)
        statement.bind(context.causationID?.rawValue)
        statement.bind(context.trace?.parent)
        statement.bind(context.user)
        statement.bind(context.recipient)
        statement.bind(try EnvelopeHeaders.text(for: context))
        statement.bind(envelope.payload.contentType)
        statement.bind(envelope.payload.bytes)
    }

    package mutating func read(_ row: PreparedStatement) throws -> Envelope {
        let id = MessageID(row.text())
        let kindText = row.text()
        guard let kind = MessageKind(rawValue: kindText) else {
            throw StoreError(.corrupt, "message \(id) has the unknown kind '\(kindText)'")
        }
        let metadata = Envelope.Metadata(
            id: id, kind: kind, audience: Audience(rawValue: row.text()), name: MessageName(trusted: row.text()),
            version: try version(row.text()), source: row.text(), subject: row.text())
        let time = Timestamp(microseconds: row.int64())
        var context = Envelope.Context(
            correlationID: MessageID(row.text()), causationID: row.optionalText().map { MessageID($0) })
        let parent = row.optionalText()
        context.user = row.optionalText()
        context.recipient = row.optionalText()
        var traceState: String?
        if let text = row.optionalText() {
            let headers = try EnvelopeHeaders.parse(text)
            context.extensions = headers.extensions?.mapValues(\.value) ?? [:]
            context.assets = try headers.assets?.map { try $0.asset } ?? []
            traceState = headers.traceState
        }
        context.trace = try parent.map { try TraceContext(parent: $0, state: traceState) }
        let payload = Payload(contentType: row.text(), bytes: row.data())
        return Envelope(time: time, metadata: metadata, context: context, payload: payload)
    }

    private mutating func text(of version: SchemaVersion) -> String {
        if let text = versionTexts[version] { return text }
        if versionTexts.count >= Self.memoryLimit { versionTexts.removeAll(keepingCapacity: true) }
        let text = version.description
        versionTexts[version] = text
        return text
    }

    private mutating func version(_ text: String) throws -> SchemaVersion {
        if let version = versions[text] { return version }
        if versions.count >= Self.memoryLimit { versions.removeAll(keepingCapacity: true) }
        let version = try SchemaVersion(validating: text)
        versions[text] = version
        return version
    }
}
