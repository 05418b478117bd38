import ArgumentParser
import SkeinOperator
import SkeinStorage

struct RelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Show what waits to leave by the channels, and what a broker does not take.",
        usage: "skein relay [options]",
        discussion: """
            A relay sends what leaves by a channel in the order of the log, and has a place in it: up to there all is \
            sent. What may have been sent before, because a connection broke, is sent again and marked as a \
            repetition; whoever has it already drops it.

            A message that the broker refuses stops its key: later messages of the key wait behind it, all others go \
            on. It is sent again by itself, ever more rarely, and an incident reports it. When the cause is mended, \
            'skein retry INCIDENT' sends it at once; 'skein edit' changes its payload for the channel, 'skein skip' \
            goes on without it.

            The state is that of the connection that sends, as in 'skein channels'.

            Which events a channel carries, only its process knows: those that it leaves out are counted as waiting \
            until the relay has passed them.

            EXAMPLES:
              skein relay
              skein relay --channel shop --store demo/apart
              skein relay --json | jq '.stopped[] | {key, incident, error}'
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: ArgumentHelp("Only this channel.", valueName: "name")) var channel: String?

    func run() throws {
        var relays: [RelayView] = []
        switch try options.sight() {
        case .one(let inspector): relays = try inspector.relays()
        case .several(let folder):
            for member in folder.members {
                relays += try member.inspector.relays().map { relay in
                    var relay = relay
                    relay.store = member.name
                    return relay
                }
            }
        }
        if let channel {
            let names = Set(relays.map(\.channel)).sorted().joined(separator: ", ")
            relays.removeAll { $0.channel != channel }
            if relays.isEmpty {
                let known = names.isEmpty ? "there is none" : "there are: \(names)"
                throw Failure.no("there is no channel '\(channel)' in \(try options.given()); \(known)".printable)
            }
        }
        if options.json {
            for relay in relays { try JSONOutput.write(relay) }
            return
        }
        guard !relays.isEmpty else {
            return Terminal.output.write("No channels: all components run in one process.")
        }
        let given = try options.given()
        for (index, relay) in relays.enumerated() {
            if index > 0 { Terminal.output.write() }
            let path = relay.store.map { "\(given)/\($0).db" }
            write(relay, path.map { options.with(store: $0) } ?? options, Page())
        }
    }

    /// - Parameter options: with the one store of the relay.
    private func write(_ relay: RelayView, _ options: StoreOptions, _ page: Page) {
        let condition = ChannelCondition(
            hasProcess: relay.hasProcess, isGone: relay.isGone, suspendedSince: relay.suspendedSince)
        let state = condition.state(of: relay.connection)
        page.title(
            [relay.store, relay.channel].compactMap(\.self).joined(separator: "/"), state,
            ChannelCondition.style(state) ?? .dim)
        let above = relay.completedAbove == 0 ? "" : ", and \(relay.completedAbove) above it"
        let sent = relay.sent
        let again = sent.again == 0 ? "" : ", \(sent.again) of them again, marked as repetitions"
        page.facts([
            ("place", "message \(relay.position)\(above)"),
            ("sent", "\(sent.acknowledged) since the process started\(again)"),
            ("refused", sent.refused == 0 ? nil : "\(sent.refused) times since the process started"),
            ("last error", lastError(relay)),
        ])
        if relay.waiting.isEmpty {
            page.terminal.write("  Nothing waits to leave.")
        } else {
            write(relay.waiting, isWhole: relay.isWhole, page)
        }
        if !relay.stopped.isEmpty { write(relay.stopped, options, page) }
    }

    private func lastError(_ relay: RelayView) -> String? {
        guard let error = relay.connection.lastError, let at = relay.connection.lastErrorAt else { return nil }
        return "\(Times.full(at)): \(error)"
    }

    private func write(_ waiting: [RelayView.Waiting], isWhole: Bool, _ page: Page) {
        page.heading(isWhole ? "Waiting to leave" : "Waiting to leave, of the first 100,000 messages")
        var table = Table([
            .init("TO", least: 16, style: { _ in .cyan }), .init("MESSAGES", number: true),
            .init("OLDEST", number: true), .init("SINCE (UTC)"),
        ])
        for one in waiting {
            table.add(one.destination, "\(one.count)", "\(one.position)", Times.full(one.oldest))
        }
        table.write(to: page.terminal, indent: 2)
    }

    private func write(_ stopped: [RelayView.StoppedKey], _ options: StoreOptions, _ page: Page) {
        page.heading("Not taken by the broker")
        var table = Table([
            .init("INCIDENT", number: true), .init("KEY", least: 8), .init("MESSAGE", least: 12, style: { _ in .cyan }),
            .init("POSITION", number: true), .init("ATTEMPTS", number: true), .init("BEHIND", number: true),
        ])
        for one in stopped {
            table.add(
                one.incident.map { "\($0)" } ?? "", one.key, one.messageName ?? "", "\(one.position)",
                "\(one.attempts)", "\(one.behind)")
        }
        table.write(to: page.terminal, indent: 2)
        for one in stopped {
            page.terminal.write()
            let lead = "  \(one.incident.map { "\($0)" } ?? one.key)  "
            page.paragraph(one.error ?? "", lead: lead, style: .dim)
            let indent = String(repeating: " ", count: lead.count)
            if let next = one.nextAttempt { page.paragraph("sent again at \(Times.full(next))", lead: indent) }
            guard let incident = one.incident else { continue }
            page.paragraph(
                "When the cause is mended: skein retry \(incident)\(options.words), or skein edit, or skein skip",
                lead: indent)
        }
    }
}
