import SkeinSQLite
import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StoreInspector {
    /// The catalogue, by component.
    ///
    /// Reads the whole log for its traffic, unless `traffic` is false.
    public func catalogue(traffic wantsTraffic: Bool = true) throws -> CatalogueReport {
        let entries = try catalogueEntries()
        let traffic = wantsTraffic ? try traffic() : []
        let orphans = try CatalogueReport.orphans(entries, traffic).filter {
            try $0.kind != .event || !isAwaited($0.name)
        }
        return CatalogueReport(components: entries, traffic: traffic, orphans: orphans)
    }

    /// The outside systems that activities have called, by name, and those that operators have stopped.
    ///
    /// A store that was written by an earlier version knows those that activities wait for.
    public func systems() throws -> [String] {
        let called = try ownCatalogueEntries().flatMap(\.systems)
        let awaited = try select("SELECT DISTINCT system FROM activity WHERE system <> ''") { row, _ in row.text() }
        return Set(called + awaited + (try suspendedSystems().map(\.system))).sorted()
    }

    /// Whether an instance waits for a message type, or has reacted to one: processes do not declare that.
    func isAwaited(_ name: String) throws -> Bool {
        if try count("wait WHERE type = ?", .text(name)) > 0 { return true }
        let sql = "SELECT 1 FROM journal WHERE kind = 'message' AND instr(CAST(body AS TEXT), ?) > 0 LIMIT 1"
        return try !select(sql, [.text("\"name\":\"\(name)\"")]) { row, _ in row.int64() }.isEmpty
    }

    func catalogueEntries() throws -> [CatalogueEntry] {
        try reader.catalogues(after: "", limit: .max).map { row in
            do {
                return try JSONDecoder().decode(CatalogueEntry.self, from: row.description)
            } catch {
                throw StoreError(
                    .corrupt, "\(path): the catalogue entry of '\(row.component)' cannot be read", cause: error)
            }
        }
    }

    /// The entries of the components that run on this store.
    func ownCatalogueEntries() throws -> [CatalogueEntry] { try catalogueEntries().filter { $0.channel == nil } }

    /// What the log has seen, by name.
    ///
    /// - Parameter condition: which messages are counted, in SQL.
    func traffic(where condition: String = "TRUE") throws -> [CatalogueReport.Traffic] {
        // With max(), SQLite takes the other columns from the row that holds the maximum ("SELECT", section 2.5).
        let sql = """
            SELECT type, kind, version, group_concat(DISTINCT source), count(*), max(time) FROM event
            WHERE \(condition) GROUP BY type, kind ORDER BY type
            """
        return try select(sql) { row, _ in
            CatalogueReport.Traffic(
                name: row.text(), kind: try row.value("kind"), version: row.text(),
                sources: row.text().split(separator: ",").map(String.init).sorted(), count: row.int(),
                lastAt: row.time())
        }
    }
}

extension CatalogueReport {
    /// What others publish or take is looked at only as far as it concerns components of this store: whom else they
    /// know is not known here.
    static func orphans(
        _ entries: [CatalogueEntry], _ traffic: [Traffic]
    ) -> [Orphan] {
        let consumed = Set(entries.flatMap(\.consumes).map(\.name))
        let awaited = Set(entries.flatMap(\.publishes).map(\.name)).union(traffic.map(\.name))
        var orphans: Set<Orphan> = []
        func add(_ name: String, _ kind: MessageKind, _ problem: String) {
            orphans.insert(.init(name: name, kind: kind, problem: problem))
        }
        let own = entries.filter { $0.channel == nil }
        for type in own.flatMap(\.publishes) where type.kind == .event && !consumed.contains(type.name) {
            add(type.name, .event, "is published, and no component says that it takes it")
        }
        for type in traffic where !consumed.contains(type.name) {
            switch type.kind {
            case .event: add(type.name, .event, "is published, and no component says that it takes it")
            case .command, .query: add(type.name, type.kind, "was sent, and no component owns it")
            case .document: break
            }
        }
        for entry in own {
            for type in entry.consumes {
                if let command = type.sends, !consumed.contains(command) {
                    add(
                        command, .command, "is sent by the policy '\(type.policy ?? type.by)', and no component owns it"
                    )
                }
                if type.kind == .event, !awaited.contains(type.name) {
                    add(type.name, .event, "is taken by '\(entry.component)', and was never published")
                }
            }
        }
        return orphans.sorted { ($0.name, $0.problem) < ($1.name, $1.problem) }
    }
}
