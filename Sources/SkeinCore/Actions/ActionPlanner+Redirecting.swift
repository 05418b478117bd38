import SkeinActions
import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension ActionPlanner {
    /// The message of a parked row, as another component is to get it.
    ///
    /// - Throws: ``ActionError`` where the component is unknown, or does not take the message.
    func copy(of row: ParkedRow, for component: String, _ incident: IncidentRow) throws -> Outgoing {
        guard var envelope = try reader.record(at: row.position)?.envelope else {
            throw ActionError(
                .messageGone, "message \(row.position) of incident \(incident.id) is no longer in the log")
        }
        try check(component, takes: envelope, insteadOf: row.subscription, incident)
        let original = envelope.id
        var digest = StableDigest()
        for text in ["redirect", original.rawValue, row.subscription, component] { digest.add(text) }
        envelope.context.extensions[Envelope.redirected] = .string(envelope.answered.rawValue)
        envelope.metadata.id = DerivedID(digest, chain: envelope.correlationID).id
        (envelope.time, envelope.context.causationID, envelope.context.recipient) = (now, original, component)
        if let payload = row.payload { envelope.payload.bytes = payload }
        return Outgoing(envelope)
    }

    private func check(
        _ component: String, takes envelope: Envelope, insteadOf subscription: String, _ incident: IncidentRow
    ) throws {
        func refusal(_ reason: String) -> ActionError {
            ActionError(.cannotRedirect, "incident \(incident.id) cannot be redirected to '\(component)': \(reason)")
        }
        guard subscription.prefix(while: { $0 != "/" }) != component else {
            throw refusal("the message is parked there; retry the incident")
        }
        guard let description = try reader.catalogue(of: component) else {
            throw refusal("there is no such component in this store ('skein catalogue' lists them)")
        }
        let entry = try JSONDecoder().decode(CatalogueEntry.self, from: description)
        guard try components?.contains(component) ?? isReached(entry) else {
            throw refusal("the component does not run here, nor does a channel lead to it; start it, then redirect")
        }
        let versions = entry.consumes.filter { $0.name == envelope.name.rawValue }.map(\.since)
        guard !versions.isEmpty else { throw refusal("it takes no '\(envelope.name)'") }
        guard versions.contains(where: { SchemaVersion(stringLiteral: $0).accepts(envelope.version) }) else {
            let taken = versions.joined(separator: ", ")
            throw refusal("it takes '\(envelope.name)' since \(taken), not \(envelope.version)")
        }
    }
}

extension ActionPlanner {
    /// Whether a message to a component gets there when a process has the store again.
    private func isReached(_ entry: CatalogueEntry) throws -> Bool {
        guard entry.channel != nil else { return true }
        return try reader.channels().contains { row in
            let report = try? JSONDecoder().decode(ChannelReport.self, from: row.description)
            return report.map { $0.isGone != true && $0.remotes.contains(entry.component) } ?? false
        }
    }
}

extension Envelope {
    /// The CloudEvents extension that names, in the copy of a redirected message, the message as it was sent.
    static let redirected = "redirectedfrom"

    /// The message that an answer to this one answers: itself, or the one that it is a copy of. Who has sent a command
    /// waits for what that causes, whoever handles it in the end.
    var answered: MessageID {
        if case .string(let id)? = context.extensions[Self.redirected] { MessageID(id) } else { id }
    }
}
