import SkeinOperator
import SkeinStorage
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct InstanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instance", abstract: "Show one instance: why it waits, its incidents and its journal.",
        discussion: """
            EXAMPLES:
              skein instance 12
              skein instance payment/payment/4711
              skein instance 12 --journal 5 --json
            """, aliases: ["why"])

    @OptionGroup var options: StoreOptions
    @Argument(help: InstanceName.help, transform: { try InstanceName(argument: $0) }) var instance: InstanceName
    @Option(
        parsing: .unconditional, help: "At most so many journal entries, the newest, up to 100,000. (default: 50)",
        transform: { try Admitted.limit($0) })
    var journal = 50

    func run() throws {
        let options = try options.narrowed(to: instance)
        let inspector = try options.inspector()
        let id = try instance.id(in: inspector, options)
        guard let detail = try inspector.instance(id, journal: journal) else {
            throw Failure.no("there is no instance \(id) in \(try options.path())")
        }
        if options.json { return try JSONOutput.write(detail) }
        write(detail, options)
    }

    private func write(_ detail: InstanceDetail, _ options: StoreOptions) {
        let (page, instance) = (Page(), detail.instance)
        let style = InstancesCommand.style(instance.status.rawValue) ?? .dim
        page.title("\(instance.process) \(instance.key)", instance.status.rawValue, style)
        let attributes = instance.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        page.facts([
            ("instance", "\(instance.id)"), ("store", isOfFolder(options) ? options.store : nil),
            ("component", instance.component),
            ("notation", "\(instance.notation.rawValue), version \(instance.version)"),
            ("started", Times.full(instance.startedAt)), ("ended", instance.endedAt.map(Times.full)),
            ("correlation", instance.correlationID.rawValue), ("user", instance.user),
            ("attributes", attributes.isEmpty ? nil : attributes.joined(separator: " ")),
            ("state", instance.state.map { Self.compact($0) }),
            instance.status == .failed
                ? ("error", instance.result.map { Self.failure($0) })
                : ("result", instance.result.map { Self.compact($0) }),
        ])
        page.heading("Why it is where it is")
        WaitingText(detail, options).write(page)
        if !detail.incidents.isEmpty {
            page.heading("Incidents")
            IncidentTable.write(detail.incidents, indent: 2)
        }
        writeJournal(detail, page)
    }

    /// Whether another store was named than the one that is shown.
    private func isOfFolder(_ shown: StoreOptions) -> Bool { shown.store != options.store }

    private func writeJournal(_ detail: InstanceDetail, _ page: Page) {
        guard !detail.journal.isEmpty else { return }
        let shown = detail.journal.count
        let note = shown < detail.journalLength ? ", the newest \(shown) of \(detail.journalLength) entries" : ""
        page.heading("Journal\(note)")
        var table = Table([
            .init("SEQ", number: true), .init("TIME (UTC)"), .init("INPUT", least: 14, style: { _ in .cyan }),
            .init("DID", least: 20),
        ])
        for entry in detail.journal {
            let carried = [
                entry.kind, entry.messageName ?? entry.activity, entry.messageName == nil ? entry.detail : nil,
            ]
            let input = carried.compactMap(\.self).joined(separator: " ")
            let did = entry.did + entry.events.map { "event \($0)" } + [entry.error].compactMap(\.self)
            table.add("\(entry.seq)", Times.short(entry.at), input, did.joined(separator: ", "))
        }
        table.write(to: page.terminal, indent: 2)
    }

    /// A business error: its code and text, and what else it says.
    private static func failure(_ result: JSONValue) -> String {
        guard case .object(let members) = result, let code = result.texts["error"], let text = result.texts["detail"]
        else { return compact(result) }
        let value = members["value"].flatMap { $0 == .object([:]) ? nil : compact($0) }
        return ["\(code):", text, value].compactMap(\.self).joined(separator: " ")
    }

    private static func compact(_ value: JSONValue) -> String {
        JSONOutput.pretty(value).split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    }
}

/// Says why an instance is not further.
struct WaitingText {
    let detail: InstanceDetail
    private let options: StoreOptions

    init(_ detail: InstanceDetail, _ options: StoreOptions) { (self.detail, self.options) = (detail, options) }

    func write(_ page: Page) {
        switch detail.instance.status {
        case .completed, .failed, .canceled:
            return page.terminal.write("  It has ended: \(detail.instance.status.rawValue).")
        case .suspended:
            page.paragraph(
                "An operator has suspended it\(mailbox). Let it go on: skein resume "
                    + "\(detail.instance.id)\(options.words)", lead: "  ")
        case .parked:
            page.paragraph(
                "An incident has parked it\(mailbox). When its cause is mended: skein retry --instance "
                    + "\(detail.instance.id)\(options.words)", lead: "  ")
        case .running:
            break
        }
        for wait in detail.waits { write(wait, page) }
        for activity in detail.activities { write(activity, page) }
        writeSystems(page)
        for timer in detail.timers {
            page.paragraph("It wakes (\(timer.purpose)) at \(Times.full(timer.due)).", lead: "  ")
        }
        if detail.waits.isEmpty, detail.activities.isEmpty, detail.timers.isEmpty, detail.instance.status == .running {
            page.terminal.write("  It waits for nothing; the next message for it makes it go on.")
        }
    }

    private var mailbox: String {
        switch detail.mailbox {
        case 0: ""
        case 1: "; one input waits in its mailbox"
        default: "; \(detail.mailbox) inputs wait in its mailbox"
        }
    }

    private func write(_ wait: Wait, _ page: Page) {
        let what =
            wait.answerTo.map { "the answer \(wait.type) to message \($0)" }
            ?? "\(wait.type) with the key '\(wait.key)'"
        page.paragraph("It waits for \(what), since \(Times.full(wait.since)).", lead: "  ")
        if wait.publishers.isEmpty, !wait.wasSeen {
            page.paragraph(
                "No component says that it publishes or sends \(wait.type), and none was seen.", lead: "    ")
        } else if !wait.wasSeen {
            page.paragraph(
                "None was seen; \(wait.publishers.joined(separator: ", ")) publishes it.", lead: "    ")
        }
        for miss in wait.nearMisses {
            page.paragraph(
                "\(miss.position) at \(Times.short(miss.time)), subject '\(miss.subject)': \(miss.reason)",
                lead: "    last seen  ", style: .dim)
        }
    }

    /// A row does not tell towards which system an activity goes, so all that are stopped are named.
    private func writeSystems(_ page: Page) {
        let isDue = detail.activities.contains { $0.nextAt.map { $0 <= Times.now } ?? false }
        guard isDue, !detail.suspendedSystems.isEmpty else { return }
        let names = detail.suspendedSystems.map { "'\($0.system)'" }.joined(separator: ", ")
        page.paragraph(
            "An activity towards a system that operators have suspended (\(names)) waits until it is resumed: "
                + "skein resume --system NAME\(options.words)", lead: "  ")
    }

    private func write(_ activity: InstanceDetail.Activity, _ page: Page) {
        let state: String
        if let next = activity.nextAt {
            let due = next <= Times.now ? "is being tried, or is about to be" : "is tried again at \(Times.full(next))"
            state = activity.attempts == 0 ? due : "has failed \(activity.attempts) times and \(due)"
        } else {
            state = "has failed \(activity.attempts) times and is parked with an incident"
        }
        let since = activity.failingSince.map { ", failing since \(Times.full($0))" } ?? ""
        page.paragraph("Its activity \(activity.op), '\(activity.name)', \(state)\(since).", lead: "  ")
        if let edit = activity.retry {
            page.paragraph("\(edit); the rest as in the code", lead: "    retry edited  ", style: .dim)
        }
        if let error = activity.lastError { page.paragraph(error, lead: "    last error  ", style: .dim) }
    }
}
