import SkeinSQLite
import SkeinStorage
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension StoreInspector {
    /// Instances, the newest first.
    public func instances(_ filter: InstanceFilter = InstanceFilter()) throws -> [InstanceView] {
        var conditions = SQLConditions()
        conditions.add("component", equals: filter.component)
        conditions.add("process", equals: filter.process)
        conditions.add("status", equals: filter.status?.rawValue)
        conditions.add("key", equals: filter.key)
        for (name, value) in filter.attributes.sorted(by: { $0.key < $1.key }) {
            // Of attributes that are no JSON the function would fail, and with it the search.
            conditions.add(
                "EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(CAST(attributes AS TEXT)) "
                    + "THEN CAST(attributes AS TEXT) END) AS a WHERE a.key = ? AND a.value = ?)",
                .text(name), .text(value))
        }
        if let before = filter.before { conditions.add("id < ?", .number(before.rawValue)) }
        let sql = "SELECT \(Self.list(Columns.instance)) FROM instance\(conditions.sql) ORDER BY id DESC LIMIT ?"
        return try select(sql, conditions.binds + [.number(Int64(max(1, filter.limit)))]) { row, _ in
            InstanceView(InstanceRow(row))
        }
    }

    /// The id of the instance with an address; `nil` where there is none, or none any more.
    public func instanceID(of address: InstanceAddress) throws -> InstanceID? { try reader.instance(address)?.id }

    /// Whether there is an instance with a number.
    public func hasInstance(_ id: InstanceID) throws -> Bool { try reader.instance(id) != nil }

    /// The instances with a process (or saga, or entity) and a key, at most one of each component.
    public func instances(process: String, key: String) throws -> [InstanceView] {
        try catalogueEntries().compactMap { entry in
            let address = InstanceAddress(component: entry.component, process: process, key: key)
            return try reader.instance(address).map { InstanceView($0) }
        }
    }

    /// Everything about one instance; `nil` for an unknown id.
    ///
    /// - Parameters:
    ///   - limit: the largest number of journal entries, the newest of all.
    ///   - nearMisses: the largest number of messages shown for each wait.
    public func instance(_ id: InstanceID, journal limit: Int = 1000, nearMisses: Int = 5) throws -> InstanceDetail? {
        guard let row = try reader.instance(id) else { return nil }
        let entries = try select(
            "SELECT * FROM (SELECT \(Self.list(Columns.journal)) FROM journal WHERE instance = ? "
                + "ORDER BY seq DESC LIMIT ?) ORDER BY seq", [.number(id.rawValue), .number(Int64(limit))]
        ) { row, _ in try JournalEntry(JournalRow(row)) }
        let scheduled = entries.flatMap(\.operations).filter { $0.kind == "activity" }.map { ($0.seq, $0.name) }
        let activities = Dictionary(scheduled) { $1 }
        return InstanceDetail(
            instance: InstanceView(row), waits: try waits(of: row, limit: nearMisses),
            timers: try reader.timers(of: id).map { .init(due: $0.due, purpose: $0.purpose, op: $0.seq) },
            activities: try reader.activities(of: id).map {
                .init(
                    op: $0.seq, name: $0.name, attempts: $0.attempt, nextAt: $0.nextAt, scheduledAt: $0.scheduledAt,
                    failingSince: $0.failingSince, lastError: $0.lastError, idempotencyKey: $0.idempotencyKey,
                    retry: $0.policyEdit)
            }, suspendedSystems: try suspendedSystems(),
            mailbox: Int(try count("mailbox WHERE instance = ?", .number(id.rawValue))),
            incidents: try incidents(instance: id), journal: entries.map { .init($0, activities: activities) },
            journalLength: Int(try count("journal WHERE instance = ?", .number(id.rawValue))))
    }

    /// Outside systems that operators have stopped, by name.
    public func suspendedSystems() throws -> [SuspendedSystem] {
        try select("SELECT system, at FROM held ORDER BY system") { row, _ in
            SuspendedSystem(system: row.text(), since: row.time())
        }
    }

    func count(_ from: String, _ binds: SQLBind...) throws -> Int64 {
        try select("SELECT count(*) FROM \(from)", binds) { row, _ in row.int64() }.first ?? 0
    }
}
