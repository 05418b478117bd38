import SkeinOperator
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look at the store as a whole, copy it, and put a copy in its place.",
        subcommands: [
            StoreInfoCommand.self, StoreCheckCommand.self, StoreRelayCommand.self, StoreTrimCommand.self,
            StoreBackupCommand.self, StoreRestoreCommand.self,
        ])
}

struct StoreCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look for damage and contradictions; reads the whole file.",
        discussion: """
            Exits with 0 for a sound store, with 1 where something is wrong. Where the file itself is damaged, it says \
            how to go on; that is the time for a backup, and a single failed read is not.

            EXAMPLE:
              skein store check --store shop.db
            """)

    @OptionGroup var options: StoreOptions

    func run() throws {
        let paths = try options.paths()
        var isSound = true
        for path in paths {
            if paths.count > 1, !options.json { Page().heading(path) }
            isSound = try check(path) && isSound
        }
        if !isSound { throw Failure.no() }
    }

    /// - Returns: whether the store is sound.
    private func check(_ path: String) throws -> Bool {
        let report = try StoreInspector.check(path)
        if options.json {
            try JSONOutput.write(report)
        } else {
            let terminal = Terminal.output
            for check in report.checks {
                let findings = report.findings.filter { $0.check == check }
                let mark = findings.isEmpty ? terminal.styled("ok", .green) : terminal.styled("!!", .red)
                terminal.write("\(mark)  \(check)")
                for finding in findings { Page().paragraph(finding.problem, lead: "    ") }
            }
            terminal.write()
            terminal.write(
                report.findings.isEmpty
                    ? "The store is sound (schema version \(report.schemaVersion))."
                    : "\(report.findings.count) \(report.findings.count == 1 ? "problem" : "problems") found.")
        }
        if report.isDamaged {
            Terminal.error.write(
                "skein: the file is damaged. Stop its owner and restore it from a backup: skein store restore BACKUP "
                    + "\(path.shellWord); the page Operating/Faults of the documentation says how, and what is "
                    + "repeated then")
        }
        return report.findings.isEmpty
    }
}

struct StoreInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show who has the store open, how far its subscriptions are, and what is stopped or parked.",
        discussion: """
            EXAMPLE:
              skein store info --json | jq '.subscriptions[] | select(.lag > 1000)'
            """)

    struct Info: Encodable {
        var path: String
        var owner: StoreOwner?
        var lastPosition: Int64
        var trimmedThrough: Int64
        var subscriptions: [SubscriptionView]
        var parked: [ParkedKey]
        var suspendedSystems: [SuspendedSystem]
        var counts: RuntimeCounts?
    }

    @OptionGroup var options: StoreOptions

    func run() throws {
        for (index, path) in try options.paths().enumerated() {
            if index > 0, !options.json { Terminal.output.write() }
            try tell(of: StoreInspector(path: path))
        }
    }

    private func tell(of inspector: StoreInspector) throws {
        var info = Info(
            path: inspector.path, owner: inspector.owner, lastPosition: try inspector.lastPosition(),
            trimmedThrough: try inspector.trimmedPosition(),
            subscriptions: try inspector.subscriptions(), parked: try inspector.parkedKeys(limit: 100),
            suspendedSystems: try inspector.suspendedSystems())
        if let socket = inspector.owner?.socket { info.counts = try? ControlClient(path: socket).send(.counts).counts }
        if options.json { return try JSONOutput.write(info) }
        write(info)
    }

    private func write(_ info: Info) {
        let page = Page()
        let control = info.owner.map { $0.socket == nil ? ", which takes no requests" : ", which takes requests" } ?? ""
        page.title(info.path)
        page.facts([
            ("owner", info.owner.map { "process \($0.pid)\(control)" } ?? "none"),
            ("messages", "\(info.lastPosition)"),
            ("removed", info.trimmedThrough == 0 ? nil : "the oldest, up to message \(info.trimmedThrough)"),
            ("handled", info.counts.map { "\($0.handled) since the owner started" }),
        ])
        if !info.subscriptions.isEmpty {
            page.heading("Subscriptions")
            var table = Table([
                .init("NAME", least: 16, style: { _ in .cyan }), .init("POSITION", number: true),
                .init("LAG", number: true, style: { $0 == "0" ? .dim : .yellow }), .init("PARKED KEYS", number: true),
                .init("DEAD LETTERS", number: true),
            ])
            for one in info.subscriptions {
                table.add(
                    one.subscription, "\(one.position)", "\(one.lag)", "\(one.parkedKeys)", "\(one.deadLetters)")
            }
            table.write(to: page.terminal, indent: 2)
        }
        if !info.suspendedSystems.isEmpty {
            page.heading("Suspended systems")
            var table = Table([.init("SYSTEM", least: 16, style: { _ in .yellow }), .init("SINCE (UTC)")])
            for one in info.suspendedSystems { table.add(one.system, Times.short(one.since)) }
            table.write(to: page.terminal, indent: 2)
        }
        guard !info.parked.isEmpty else { return }
        page.heading("Parked")
        var table = Table([
            .init("SUBSCRIPTION", least: 12, style: { _ in .cyan }), .init("KEY", least: 8), .init("STATE"),
            .init("MESSAGES", number: true), .init("ATTEMPTS", number: true), .init("NEXT (UTC)"),
        ])
        for one in info.parked {
            table.add(
                one.subscription, one.key, one.state, "\(one.count)", "\(one.attempts)",
                one.nextAt.map(Times.short) ?? "")
        }
        table.write(to: page.terminal, indent: 2)
    }
}

struct StoreRelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Move messages that other drivers have put into the outbox into the log.",
        discussion: """
            Exits with 1 where a row stays behind because it is no message, with the reason.

            EXAMPLE:
              skein store relay
            """)

    @OptionGroup var options: StoreOptions

    func run() throws {
        let response = try OperatorDesk(options: options).ask(.relay) { store in
            var response = ControlResponse()
            response.relayed = try store.relayOutbox().count
            return response
        }
        let rejected = try options.inspector().rejectedInOutbox()
        if options.json {
            try JSONOutput.write(response)
        } else {
            let count = response.relayed ?? 0
            Terminal.output.write("Moved \(count) \(count == 1 ? "message" : "messages").")
        }
        guard rejected.count > 0 else { return }
        Terminal.error.write(
            "skein: \(rejected.count) in the outbox \(rejected.count == 1 ? "is" : "are") no message for the log: "
                + "\(rejected.first.printable). Mend the rows and set their column 'error' to NULL, or delete them")
        throw Failure.no()
    }
}
