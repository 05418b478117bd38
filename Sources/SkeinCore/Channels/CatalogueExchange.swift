import SkeinStorage
import SkeinTransport
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What one process tells the others on a channel about a component that runs in it.
struct Declaration: Codable, Sendable {
    /// The type of the message that carries it. It is no message of a component and stands in no log.
    static let name: MessageName = "skein.declared"

    var entry: CatalogueEntry
    /// The name of the process on the channel.
    var process: String
    /// Another number at each start of a process, so that two processes with one name notice each other.
    var start: UInt64
    /// Whether the others are to tell what runs in them.
    var asks: Bool

    /// Reads what came over a channel.
    ///
    /// - Throws: what the decoder throws.
    init(_ envelope: Envelope) throws {
        self = try JSONDecoder().decode(Declaration.self, from: envelope.payload.bytes)
    }

    init(entry: CatalogueEntry, process: String, start: UInt64, asks: Bool) {
        (self.entry, self.process, self.start, self.asks) = (entry, process, start, asks)
    }

    /// The message that carries the declaration.
    func message(id: MessageID, at time: Timestamp) throws -> OutboundMessage {
        let bytes = try JSONEncoder.sorted.encode(self)
        let envelope = Envelope(
            time: time,
            metadata: Envelope.Metadata(
                id: id, kind: .document, audience: .system, name: Self.name, version: SchemaVersion(1, 0, 0),
                source: process, subject: entry.component),
            context: Envelope.Context(correlationID: id),
            payload: Payload(contentType: PayloadCoder.jsonContentType, bytes: bytes))
        return OutboundMessage(envelope, to: .catalogue)
    }
}

extension RelayEngine {
    /// What the components here declare, as messages.
    func catalogueMessages(asks: Bool) -> [OutboundMessage] {
        let now = core.environment.clock.now
        return core.catalogue.registries.filter { !$0.isBuiltIn }.compactMap { registry in
            let declaration = Declaration(
                entry: CatalogueEntry(registry, systems: []), process: channel.process, start: core.start, asks: asks)
            return try? declaration.message(id: core.newMessageID(at: now), at: now)
        }
    }
}
