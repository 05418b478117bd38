import SkeinOperator
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents", abstract: "List what is parked, or has been failing for long.",
        usage: "skein incidents [options]",
        discussion: """
            The newest come first. One that is open needs a person; one that is retrying is tried again at the time \
            given, and ends by itself when that succeeds. What can be done in either case: skein retry, skein edit, \
            skein skip, skein cancel.

            EXAMPLES:
              skein incidents
              skein incidents --cause fetch --all
            """)

    @OptionGroup var options: StoreOptions
    @Flag(help: "Also those that are resolved.") var all = false
    @Option(help: "Only those of this cause.") var cause: String?
    @Option(help: "Only those of this component.") var component: String?
    @Option(parsing: .unconditional, help: "Only incidents with a lower id.", transform: { try Admitted.id($0) })
    var before: IncidentID?
    @Option(
        name: .shortAndLong, parsing: .unconditional, help: "At most so many, up to 100,000. (default: 50)",
        transform: { try Admitted.limit($0) })
    var limit = 50

    func run() throws {
        let (incidents, causes) = try found()
        if options.json {
            for incident in incidents { try JSONOutput.write(incident) }
            return
        }
        guard !incidents.isEmpty else { return Terminal.output.write(all ? "No incidents." : "No open incidents.") }
        IncidentTable.write(incidents)
        guard !all, cause == nil, causes.count > 1 else { return }
        let list = causes.prefix(5).map { "\($0.cause) (\($0.count))" }.joined(separator: ", ")
        Terminal.output.write()
        Page().paragraph(list, lead: "By cause: ", style: .dim)
    }
}

extension IncidentsCommand {
    /// The incidents, and how many are open by cause.
    private func found() throws -> (incidents: [IncidentView], causes: [(cause: String, count: Int)]) {
        switch try options.sight() {
        case .one(let inspector):
            let incidents = try inspector.incidents(
                open: !all, cause: cause, component: component, before: before, limit: limit)
            return (incidents, try inspector.openCauses())
        case .several(let folder):
            if before != nil { throw ValidationError("--before is an id of one store; name one by --store FILE.") }
            let incidents = try folder.incidents(open: !all, cause: cause, component: component, limit: limit)
            return (incidents, try folder.openCauses())
        }
    }
}

/// Incidents, one a line, with its error below.
enum IncidentTable {
    static func write(_ incidents: [IncidentView], indent: Int = 0) {
        let terminal = Terminal.output
        var table = Table([
            .init("ID", number: true), .store, .init("SINCE (UTC)"), .init("KIND"),
            .init("CAUSE", least: 10, style: { _ in .red }),
            .init("WHERE", least: 14),
            .init("STATE", style: { $0 == "open" ? .red : $0 == "retrying" ? .yellow : .dim }),
        ])
        for incident in incidents {
            table.add(
                "\(incident.id)", incident.store ?? "", Times.short(incident.at), incident.kind, incident.cause,
                place(incident),
                incident.resolution ?? (incident.nextAttempt == nil ? "open" : "retrying"))
        }
        table.write(to: terminal, indent: indent)
        let page = Page(terminal)
        let margin = String(repeating: " ", count: indent)
        for incident in incidents where incident.resolvedAt == nil {
            let message = incident.messageName.map { "\($0) (\(incident.position ?? 0)): " } ?? ""
            terminal.write()
            page.paragraph(message + incident.error, lead: "\(margin)\(Self.name(of: incident))  ", style: .dim)
            if let times = times(incident) {
                let indent = String(repeating: " ", count: "\(Self.name(of: incident))  ".count)
                page.paragraph(times, lead: margin + indent, style: .dim)
            }
        }
    }

    private static func name(of incident: IncidentView) -> String {
        [incident.store, "\(incident.id)"].compactMap(\.self).joined(separator: "/")
    }

    private static func times(_ incident: IncidentView) -> String? {
        guard let since = incident.failingSince else { return nil }
        let next = incident.nextAttempt.map { "tried again at \(Times.full($0))" } ?? "not tried again by itself"
        return "failing since \(Times.full(since)), \(next)"
    }

    private static func place(_ incident: IncidentView) -> String {
        if let instance = incident.instance { return "\(incident.component), instance \(instance)" }
        let where_ = incident.subscription ?? incident.component
        return incident.key.map { "\(where_), key \($0)" } ?? where_
    }
}
