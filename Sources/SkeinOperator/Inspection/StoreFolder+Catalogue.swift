import SkeinStorage
import SkeinCore

extension StoreFolder {
    /// The catalogue of all stores, by component: of a component that runs on one of them what that store says, and of
    /// others what the first says that knows it. A message counts where it was written, or once where no store of the
    /// folder wrote any of its name.
    ///
    /// Reads the whole logs for their traffic, unless `traffic` is false.
    public func catalogue(traffic wantsTraffic: Bool = true) throws -> CatalogueReport {
        var entries: [String: CatalogueEntry] = [:]
        for entry in try members.flatMap({ try $0.inspector.catalogueEntries() }) {
            let known = entries[entry.component]
            guard known == nil || (known?.channel != nil && entry.channel == nil) else { continue }
            entries[entry.component] = entry
        }
        let components = entries.values.sorted { $0.component < $1.component }
        let traffic = wantsTraffic ? try traffic() : []
        let orphans = try CatalogueReport.orphans(components, traffic).filter { orphan in
            guard orphan.kind == .event else { return true }
            return try !members.contains { try $0.inspector.isAwaited(orphan.name) }
        }
        return CatalogueReport(components: components, traffic: traffic, orphans: orphans)
    }

    private func traffic() throws -> [CatalogueReport.Traffic] {
        struct Key: Hashable {
            var name: String
            var kind: MessageKind
        }
        func merged(
            _ condition: String, _ count: (Int, Int) -> Int
        ) throws -> [Key: CatalogueReport.Traffic] {
            let all = try members.flatMap { try $0.inspector.traffic(where: condition) }
            return Dictionary(all.map { (Key(name: $0.name, kind: $0.kind), $0) }) { left, right in
                var sum = left.lastAt < right.lastAt ? right : left
                sum.count = count(left.count, right.count)
                sum.sources = Set(left.sources + right.sources).sorted()
                return sum
            }
        }
        let written = try merged("origin IS NULL", +)
        let taken = try merged("origin IS NOT NULL", max)
        return written.merging(taken) { own, _ in own }.sorted {
            ($0.key.name, $0.key.kind.rawValue) < ($1.key.name, $1.key.kind.rawValue)
        }.map(\.value)
    }
}
