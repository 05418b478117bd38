import SkeinOperator
import SkeinStorage
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct ChannelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channels", abstract: "Show how the ways to other processes stand.",
        usage: "skein channels [options]",
        discussion: """
            Each channel has two connections: one sends, one takes in. A process writes down how they stand when that \
            changes, and now and then while only counts change; after its death it stays as it was. LAG is how many \
            messages are to be sent, or wait at the broker, where that says so.

            'skein suspend --channel NAME' stops a channel, and 'skein resume --channel NAME' lets it go on. A \
            message that the broker refuses is an incident; see 'skein incidents'.

            EXAMPLES:
              skein channels
              skein channels --json | jq 'select(.sending.state != "connected")'
            """)

    @OptionGroup var options: StoreOptions

    func run() throws {
        let inspector = try options.inspector()
        let channels = try inspector.channels()
        let lags = Dictionary(
            try inspector.subscriptions().map { ($0.subscription, $0.lag) }, uniquingKeysWith: { first, _ in first })
        if options.json {
            for channel in channels { try JSONOutput.write(Line(channel: channel, lag: lags["relay/\(channel.name)"])) }
            return
        }
        guard !channels.isEmpty else {
            return Terminal.output.write("No channels: all components run in one process.")
        }
        write(channels, lags)
    }

    /// A report, with how many messages are to be sent.
    private struct Line: Encodable {
        var channel: ChannelReport
        var lag: Int64?

        enum CodingKeys: CodingKey { case lag }

        func encode(to encoder: any Encoder) throws {
            try channel.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(lag, forKey: .lag)
        }
    }

    private func write(_ channels: [ChannelReport], _ lags: [String: Int64]) {
        var table = Table([
            .init("CHANNEL", style: { _ in .cyan }), .init("AS"), .init(""),
            .init("STATE", style: Self.style), .init("SINCE (UTC)"), .init("DONE", number: true),
            .init("LAG", number: true), .init("REOPENED", number: true),
        ])
        for channel in channels {
            add(channel.sending, of: channel, "sends", channel.sent.acknowledged, lags["relay/\(channel.name)"], &table)
            add(
                channel.takingIn, of: channel, "takes in", channel.received.recorded,
                channel.backlog.map { Int64($0) }, &table)
        }
        table.write(to: Terminal.output)
        let page = Page()
        for channel in channels {
            page.terminal.write()
            let remotes = channel.remotes.isEmpty ? "no remote components" : channel.remotes.joined(separator: ", ")
            page.paragraph("\(channel.transport), to \(remotes)", lead: "\(channel.name)  ", style: .dim)
            for connection in [channel.sending, channel.takingIn] {
                guard let error = connection.lastError, let at = connection.lastErrorAt else { continue }
                page.paragraph("\(Times.full(at)): \(error)", lead: "  ", style: .yellow)
            }
            if let problem = channel.problem { page.paragraph(problem, lead: "  ", style: .red) }
        }
    }

    private func add(
        _ connection: ChannelReport.Connection, of channel: ChannelReport, _ direction: String, _ done: Int,
        _ lag: Int64?, _ table: inout Table
    ) {
        table.add(
            channel.name, channel.process, direction, connection.state.rawValue, Times.short(connection.since),
            "\(done)", lag.map { "\($0)" } ?? "", "\(connection.reconnects)")
    }

    private static func style(_ state: String) -> Style? {
        switch state {
        case ChannelReport.State.connected.rawValue: .green
        case ChannelReport.State.disconnected.rawValue: .red
        case ChannelReport.State.suspended.rawValue, ChannelReport.State.connecting.rawValue: .yellow
        default: .dim
        }
    }
}
