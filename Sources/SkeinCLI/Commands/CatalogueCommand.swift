import SkeinOperator
import SkeinStorage
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct CatalogueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalogue", abstract: "Show who publishes, owns and takes what, and what nobody does.",
        usage: "skein catalogue [options]",
        discussion: """
            Components declare this when they start; what the log has seen is added. Those of other processes declare \
            it over a channel, which is named with the process. Remote.declared(by:) reads what --json writes, so that \
            a process knows the others before it has heard from them.

            EXAMPLES:
              skein catalogue
              skein catalogue --json | jq .orphans
              skein catalogue --json --no-traffic > catalogue.json
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "Only this component.") var component: String?
    @Flag(inversion: .prefixedNo, help: "Count the messages in the log, which reads all of it.") var traffic = true

    func run() throws {
        var report: CatalogueReport
        switch try options.sight() {
        case .one(let inspector): report = try inspector.catalogue(traffic: traffic)
        case .several(let folder): report = try folder.catalogue(traffic: traffic)
        }
        if let component {
            report.components.removeAll { $0.component != component }
            if report.components.isEmpty {
                throw Failure.no("there is no component '\(component)' in \(try options.given())")
            }
        }
        if options.json { return try JSONOutput.write(report) }
        if report.components.isEmpty, report.traffic.isEmpty {
            return Terminal.output.write("No components have started on this store, and its log is empty.")
        }
        let page = Page()
        for (index, entry) in report.components.enumerated() {
            if index > 0 { page.terminal.write() }
            write(entry, report, page)
        }
        guard component == nil, !report.orphans.isEmpty else { return }
        page.heading("Worth a look")
        for orphan in report.orphans {
            page.paragraph("\(orphan.kind.rawValue) \(orphan.name) \(orphan.problem)", lead: "  ")
        }
    }

    private func write(_ entry: CatalogueEntry, _ report: CatalogueReport, _ page: Page) {
        let process = entry.process.map { ", in the process \($0.printable)" } ?? ""
        page.title(entry.component, entry.channel.map { "by channel \($0)\(process)" } ?? "")
        var table = Table([
            .init("", style: { _ in .dim }), .init("KIND", style: { _ in .dim }),
            .init("NAME", least: 16, style: { _ in .cyan }), .init("VERSION"), .init("HOW", least: 14),
            .init("SEEN", number: true),
        ])
        func seen(_ name: String) -> String { report.traffic.first { $0.name == name }.map { "\($0.count)" } ?? "" }
        for type in entry.publishes {
            table.add(
                "publishes", type.kind.rawValue, type.name, type.version, Self.words(type.mode.rawValue),
                seen(type.name))
        }
        for type in report.traffic where type.kind == .event && type.sources.contains(entry.component) {
            guard !entry.publishes.contains(where: { $0.name == type.name }) else { continue }
            table.add("publishes", "event", type.name, type.version, "seen, not declared", seen(type.name))
        }
        for type in entry.consumes {
            let how = type.policy.map { rule in rule + (type.sends.map { " → \($0)" } ?? "") } ?? "by \(type.by)"
            let verb = type.kind == .command || type.kind == .query ? "owns" : "takes"
            table.add(verb, type.kind.rawValue, type.name, "\(type.since)+", how, seen(type.name))
        }
        for definition in entry.definitions {
            table.add("runs", definition.notation.rawValue, definition.name, "\(definition.version)", "", "")
        }
        for projection in entry.projections { table.add("keeps", "projection", projection, "", "", "") }
        for system in entry.systems { table.add("calls", "system", system, "", "", "") }
        table.write(to: page.terminal, indent: 2)
    }

    /// `fireAndForget` as people write it.
    private static func words(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? " " + $1.lowercased() : String($1) }
    }
}
