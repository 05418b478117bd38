import SkeinStorage
import SkeinTransport

/// Decides what of the log leaves by a channel, and to whom: for its relay, and for tools that read the store.
package struct ChannelRoute: Sendable {
    /// The extension of a recorded message that says where an answer to it goes: "channel/process".
    package static let replyTo = "replyto"

    /// The name of the channel.
    let channel: String
    /// The name of this process on the channel.
    let process: String
    /// The components that the channel leads to.
    let components: Set<String>
    /// Which events leave by the channel.
    let carries: @Sendable (Envelope) -> Bool
    /// The names of all channels of the runtime, by themselves and by the names of those in whose place they came.
    let ways: [String: String]
    /// The name of the first channel of the runtime.
    let first: String
    /// The components that own a command or query here.
    let owners: [MessageName: String]
    /// What is known of the components that run elsewhere.
    let remotes: RemoteDirectory

    init(channel: ChannelPlan.Planned, catalogue: Catalogue) {
        (self.channel, process) = (channel.name, channel.process)
        (ways, first) = (channel.ways, channel.first)
        (components, carries) = (Set(channel.remotes.map(\.component)), channel.channel.carries)
        (owners, remotes) = (catalogue.owners, catalogue.remotes)
    }

    /// The message as it leaves by the channel; `nil` for one that does not.
    func outbound(_ record: LogRecord) -> OutboundMessage? {
        // A message that a channel brought was written by another process, which has sent it to all who want it.
        guard record.origin.isOwn else { return nil }
        let envelope = record.envelope
        switch envelope.kind {
        case .command, .query:
            guard let owner = envelope.recipient ?? owners[envelope.name] ?? remotes.owner(of: envelope.name)
            else { return nil }
            return direct(envelope, to: owner, repliesTo: process)
        case .event, .document:
            if let address = Self.replyAddress(of: envelope) { return reply(envelope, to: address) }
            if let recipient = envelope.recipient { return direct(envelope, to: recipient, repliesTo: nil) }
            guard carries(envelope) else { return nil }
            return OutboundMessage(envelope, to: .events(of: envelope.topic))
        }
    }

    private func direct(_ envelope: Envelope, to component: String, repliesTo process: String?) -> OutboundMessage? {
        guard components.contains(component) else { return nil }
        return OutboundMessage(envelope, to: .commands(to: component), replyTo: process)
    }

    /// An answer leaves by the channel by which the question came, or by the one that has come in its place. Where
    /// there is none, it leaves by the channel that leads to the component that asked, or else by the first.
    private func reply(_ envelope: Envelope, to address: (channel: String, process: String)) -> OutboundMessage? {
        let way = ways[address.channel] ?? envelope.recipient.flatMap { remotes.channels[$0] } ?? first
        guard way == channel else { return nil }
        var envelope = envelope
        envelope.context.extensions[Self.replyTo] = nil
        return OutboundMessage(envelope, to: .replies(to: address.process))
    }

    /// The names of channels, by themselves and by the names of those in whose place they have come.
    static func ways(_ names: [String], formerNames: [String: [String]]) -> [String: String] {
        var ways = Dictionary(names.map { ($0, $0) }) { first, _ in first }
        for name in names {
            for former in formerNames[name] ?? [] where ways[former] == nil { ways[former] = name }
        }
        return ways
    }

    /// Where an answer goes to; `nil` for what answers nobody on a channel.
    static func replyAddress(of envelope: Envelope) -> (channel: String, process: String)? {
        guard envelope.kind == .document, case .string(let address)? = envelope.context.extensions[replyTo] else {
            return nil
        }
        let parts = address.split(separator: "/", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    /// Where an answer goes to, as it is recorded with the question.
    static func address(channel: String, process: String) -> ExtensionValue { .string("\(channel)/\(process)") }
}
