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
            changes, and now and then while only counts change. 'no process' means that no process has the store \
            open, and that the last one did not end in order. LAG is how many messages are to be sent, or wait at \
            the broker, where that says so. REOPENED is how often the connection was opened again after a failure, \
            since the process started.

            'skein suspend --channel NAME' stops a channel, and 'skein resume --channel NAME' lets it go on; it is \
            'suspended' in between, also while no process runs. A message that the broker refuses is an \
            incident; see 'skein incidents'.

            A channel that is configured no more is 'gone', unless another one now leads to its components: that one \
            goes on where it was. What a channel that is gone had not sent stays unsent, and in the log. To give that \
            up, stop the process and use --forget.

            EXAMPLES:
              skein channels
              skein channels --forget old
              skein channels --json | jq 'select(.sending.state != "connected")'
            """)

    @OptionGroup var options: StoreOptions
    @Option(
        help: ArgumentHelp(
            "Give up what a channel that is gone has not sent. No process may have the store open.", valueName: "name"))
    var forget: String?

    func run() throws {
        if let forget { return try self.forget(forget) }
        let channels: [Line]
        switch try options.sight() {
        case .one(let inspector): channels = try Self.lines(of: inspector)
        case .several(let folder):
            channels = try folder.members.flatMap { try Self.lines(of: $0.inspector, named: $0.name) }
        }
        if options.json {
            for channel in channels { try JSONOutput.write(channel) }
            return
        }
        guard !channels.isEmpty else {
            return Terminal.output.write("No channels: all components run in one process.")
        }
        write(channels)
    }

    private func forget(_ channel: String) throws {
        let path = try options.path()
        // Opening it for writing would make a file that is not there.
        try StoreInspector(path: path).close()
        let closed: Int
        do {
            closed = try ChannelForgetting.carryOut(channel, on: path, now: SystemClock().now)
        } catch let error as StoreError where error.code == .owned {
            throw Failure(75, "\(error.description). This needs the store to itself: stop the process first")
        }
        struct Forgotten: Encodable {
            var channel: String
            var closedIncidents: Int
        }
        if options.json { return try JSONOutput.write(Forgotten(channel: channel, closedIncidents: closed)) }
        let incidents =
            switch closed {
            case 0: ""
            case 1: " One incident was closed."
            default: " \(closed) incidents were closed."
            }
        Terminal.output.write("The channel '\(channel)' is forgotten; what it had not sent stays unsent.\(incidents)")
    }

    private static func lines(of inspector: StoreInspector, named store: String? = nil) throws -> [Line] {
        let lags = Dictionary(
            try inspector.subscriptions().map { ($0.subscription, $0.lag) }, uniquingKeysWith: { first, _ in first })
        let suspensions = try inspector.suspendedChannels()
        return try inspector.channels().map { channel in
            Line(
                channel: channel, lag: lags["relay/\(channel.name)"], store: store,
                hasProcess: inspector.owner != nil, suspendedSince: suspensions[channel.name])
        }
    }

    /// A report, with how many messages are to be sent.
    private struct Line: Encodable {
        var channel: ChannelReport
        var lag: Int64?
        /// The name of the store in a folder of several.
        var store: String?
        /// Whether a process has the store open.
        var hasProcess: Bool
        /// Since when operators have it suspended.
        var suspendedSince: Timestamp?

        enum CodingKeys: CodingKey { case lag, store, hasProcess, suspendedSince }

        /// How its connections are shown.
        var condition: ChannelCondition {
            .init(hasProcess: hasProcess, isGone: channel.isGone == true, suspendedSince: suspendedSince)
        }

        func encode(to encoder: any Encoder) throws {
            try channel.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(lag, forKey: .lag)
            try container.encodeIfPresent(store, forKey: .store)
            try container.encode(hasProcess, forKey: .hasProcess)
            try container.encodeIfPresent(suspendedSince, forKey: .suspendedSince)
        }
    }

    private func write(_ lines: [Line]) {
        var table = Table([
            .store, .init("CHANNEL", least: 5, style: { _ in .cyan }), .init("AS", least: 4), .init(""),
            .init("STATE", style: ChannelCondition.style), .init("SINCE (UTC)"), .init("DONE", number: true),
            .init("LAG", number: true), .init("REOPENED", number: true),
        ])
        for line in lines {
            let channel = line.channel
            add(channel.sending, of: line, "sends", channel.sent.acknowledged, line.lag, &table)
            add(
                channel.takingIn, of: line, "takes in", channel.received.recorded, channel.backlog.map { Int64($0) },
                &table)
        }
        table.write(to: Terminal.output)
        let page = Page()
        for line in lines {
            let channel = line.channel
            page.terminal.write()
            let remotes = channel.remotes.isEmpty ? "no remote components" : channel.remotes.joined(separator: ", ")
            let name = [line.store, channel.name].compactMap(\.self).joined(separator: "/")
            page.paragraph("\(channel.transport), to \(remotes)", lead: "\(name)  ", style: .dim)
            for (connection, direction) in [(channel.sending, "sends"), (channel.takingIn, "takes in")] {
                guard let error = connection.lastError, let at = connection.lastErrorAt else { continue }
                page.paragraph("\(direction), \(Times.full(at)): \(error)", lead: "  ", style: .yellow)
            }
            if line.hasProcess, let subscription = channel.heldBy {
                page.paragraph(
                    "'\(subscription)' lags too far, so events and commands are left with the broker; see "
                        + "'skein store info'", lead: "  ", style: .yellow)
            }
            if let problem = channel.problem { page.paragraph(problem, lead: "  ", style: .red) }
        }
    }

    private func add(
        _ connection: ChannelReport.Connection, of line: Line, _ direction: String, _ done: Int,
        _ lag: Int64?, _ table: inout Table
    ) {
        table.add(
            line.store ?? "", line.channel.name, line.channel.process, direction, line.condition.state(of: connection),
            Times.brief(line.condition.since(of: connection)),
            "\(done)", lag.map { "\($0)" } ?? "", "\(connection.reconnects)")
    }
}
