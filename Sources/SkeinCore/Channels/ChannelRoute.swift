import SkeinStorage
import SkeinTransport

/// Decides what of the log leaves by a channel, and to whom.
package struct ChannelRoute: Sendable {
    /// The extension of a recorded message that says where an answer to it goes: "channel/process".
    package static let replyTo = "replyto"

    let channel: ChannelPlan.Planned
    let catalogue: Catalogue

    /// The message as it leaves by the channel; `nil` for one that does not.
    func outbound(_ record: LogRecord) -> OutboundMessage? {
        // A message with an origin was written by another process, which has sent it to all who want it.
        guard record.origin == nil else { return nil }
        let envelope = record.envelope
        switch envelope.kind {
        case .command, .query:
            guard let owner = envelope.recipient ?? catalogue.owner(of: envelope.name) else { return nil }
            return direct(envelope, to: owner, repliesTo: channel.process)
        case .event, .document:
            if let reply = reply(envelope) { return reply }
            if let recipient = envelope.recipient { return direct(envelope, to: recipient, repliesTo: nil) }
            guard channel.channel.carries(envelope) else { return nil }
            return OutboundMessage(envelope, to: .events(of: envelope.topic))
        }
    }

    private func direct(_ envelope: Envelope, to component: String, repliesTo process: String?) -> OutboundMessage? {
        guard channel.remotes.contains(where: { $0.component == component }) else { return nil }
        return OutboundMessage(envelope, to: .commands(to: component), replyTo: process)
    }

    /// An answer to a question that came by this channel.
    private func reply(_ envelope: Envelope) -> OutboundMessage? {
        guard envelope.kind == .document, case .string(let address)? = envelope.context.extensions[Self.replyTo],
            let (name, process) = Self.parts(address), name == channel.name
        else { return nil }
        var envelope = envelope
        envelope.context.extensions[Self.replyTo] = nil
        return OutboundMessage(envelope, to: .replies(to: process))
    }

    /// Where an answer goes to, as it is recorded with the question.
    static func address(channel: String, process: String) -> ExtensionValue { .string("\(channel)/\(process)") }

    private static func parts(_ address: String) -> (channel: String, process: String)? {
        let parts = address.split(separator: "/", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
}
