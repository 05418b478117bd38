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
    /// The fingerprints of the remote components whose entries the process has, by component. A process answers if the
    /// entry of one of its components is missing here or has another fingerprint. `nil` where nobody is to answer.
    var known: [String: String]?

    /// Reads what came over a channel.
    ///
    /// - Throws: what the decoder throws.
    init(_ envelope: Envelope) throws {
        self = try JSONDecoder().decode(Declaration.self, from: envelope.payload.bytes)
    }

    init(entry: CatalogueEntry, process: String, start: UInt64, known: [String: String]?) {
        (self.entry, self.process, self.start, self.known) = (entry, process, start, known)
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
        let known = asks ? core.catalogue.remotes.fingerprints(of: channel.remotes) : nil
        return core.catalogue.ownEntries.compactMap { entry in
            let declaration = Declaration(entry: entry, process: channel.process, start: core.start, known: known)
            return try? declaration.message(id: core.newMessageID(at: now), at: now)
        }
    }
}

extension Catalogue {
    /// What the components here declare, without the built-in one.
    var ownEntries: [CatalogueEntry] {
        registries.filter { !$0.isBuiltIn }.map { CatalogueEntry($0, systems: []) }
    }

    /// Whether another process has the entries of all components here, or does not ask. If every question were
    /// answered, each process would get the answers to the questions of all others when a broker comes back.
    func isKnown(to declaration: Declaration, from process: String) -> Bool {
        guard let known = declaration.known else { return true }
        return ownEntries.allSatisfy { entry in
            known[entry.component] == entry.fingerprint(in: process)
        }
    }
}

extension RemoteDirectory {
    /// The fingerprints of those remote components that have declared something, by component.
    func fingerprints(of remotes: [Remote]) -> [String: String] {
        var fingerprints: [String: String] = [:]
        for remote in remotes {
            guard let entry = entry(of: remote.component), let process = entry.process else { continue }
            fingerprints[remote.component] = entry.fingerprint(in: process)
        }
        return fingerprints
    }
}

extension CatalogueEntry {
    /// A short text that changes with the entry and with the process that declares it.
    fileprivate func fingerprint(in process: String) -> String? {
        var entry = self
        (entry.channel, entry.process) = (nil, process)
        guard let bytes = try? JSONEncoder.sorted.encode(entry) else { return nil }
        var digest = StableDigest()
        digest.add(String(decoding: bytes, as: UTF8.self))
        return String(digest.value.high, radix: 16) + String(digest.value.low, radix: 16)
    }
}
