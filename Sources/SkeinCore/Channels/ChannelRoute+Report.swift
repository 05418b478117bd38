package import SkeinStorage
import SkeinTransport

extension ChannelRoute {
    /// The rule as the store tells it. Only the process knows which events the channel carries, and which channel is
    /// the first; here it carries all, and the first is that by name.
    ///
    /// - Parameters:
    ///   - report: of the channel.
    ///   - reports: of all channels of the store.
    ///   - entries: what components here and elsewhere declare.
    package init(_ report: ChannelReport, among reports: [ChannelReport], _ entries: [CatalogueEntry]) {
        let live = reports.filter { $0.isGone != true }
        // The remote components of a channel that is gone are to be seen, unless another channel leads to them.
        remotes = RemoteDirectory(
            (live + [report]).flatMap { report in report.remotes.map { Remote($0, via: report.name) } })
        let names = (live.isEmpty ? reports : live).map(\.name)
        let formerNames = reports.compactMap { report in report.succeeds.map { (report.name, $0) } }
        ways = Self.ways(names, formerNames: Dictionary(formerNames) { first, _ in first })
        first = names.first ?? report.name
        var owners: [MessageName: String] = [:]
        for entry in entries {
            if entry.channel != nil {
                remotes.update(entry)
            } else if !remotes.isRemote(entry.component) {
                for owned in entry.owned { owners[MessageName(trusted: owned.name)] = entry.component }
            }
        }
        (channel, process, components) = (report.name, report.process, Set(report.remotes))
        carries = { _ in true }
        self.owners = owners
    }

    /// To whom a message leaves by the channel: "the events of payment"; `nil` for one that does not.
    package func destination(of record: LogRecord) -> String? { outbound(record)?.destination.description }
}
