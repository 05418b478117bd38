import SkeinSQLite
import SkeinStorage
public import SkeinCore

extension StoreInspector {
    /// Incidents, the newest first.
    ///
    /// - Parameters:
    ///   - open: only those that nobody has resolved.
    ///   - cause: only those with this word for grouping.
    ///   - before: a cursor: only those with a lower id.
    public func incidents(
        open: Bool = true, cause: String? = nil, component: String? = nil, before: IncidentID? = nil, limit: Int = 50
    ) throws -> [IncidentView] {
        var conditions = SQLConditions()
        if open { conditions.add("resolved_at IS NULL") }
        conditions.add("cause", equals: cause)
        conditions.add("component", equals: component)
        if let before { conditions.add("incident.id < ?", .number(before.rawValue)) }
        return try incidents(conditions, order: "incident.id DESC", limit: limit)
    }

    /// An incident by its id; `nil` for an unknown one.
    public func incident(_ id: IncidentID) throws -> IncidentView? {
        var conditions = SQLConditions()
        conditions.add("incident.id = ?", .number(id.rawValue))
        return try incidents(conditions, order: "incident.id", limit: 1).first
    }

    /// How many incidents are open, by cause, the most frequent first.
    public func openCauses() throws -> [(cause: String, count: Int)] {
        try select(
            "SELECT cause, count(*) FROM incident WHERE resolved_at IS NULL GROUP BY cause "
                + "ORDER BY count(*) DESC, cause"
        ) { row, _ in (row.text(), row.int()) }
    }

    func incidents(instance: InstanceID) throws -> [IncidentView] {
        var conditions = SQLConditions()
        conditions.add("instance = ?", .number(instance.rawValue))
        return try incidents(conditions, order: "resolved_at IS NOT NULL, incident.id DESC", limit: 100)
    }

    private func incidents(_ conditions: SQLConditions, order: String, limit: Int) throws -> [IncidentView] {
        let columns = Columns.incident.map { "incident.\"\($0)\"" }.joined(separator: ", ")
        let table = "(SELECT id AS message, type, position AS place FROM event)"
        let sql =
            "SELECT \(columns), message, type FROM incident LEFT JOIN \(table) ON place = incident.position"
            + "\(conditions.sql) ORDER BY \(order) LIMIT ?"
        return try select(sql, conditions.binds + [.number(Int64(max(1, limit)))]) { statement, _ in
            let row = IncidentRow(statement)
            let (message, type) = (statement.optionalText(), statement.optionalText())
            return IncidentView(
                id: row.id, component: row.component, kind: row.kind, cause: row.cause, error: row.error, at: row.at,
                instance: row.instance, activity: row.seq, subscription: row.subscription, key: row.key,
                position: row.position, messageID: message.map { MessageID($0) }, messageName: type,
                failingSince: row.failingSince, nextAttempt: row.nextAttempt, resolvedAt: row.resolvedAt,
                resolution: row.resolution)
        }
    }

    /// Parked keys, and dead letters, by subscription and key.
    public func parkedKeys(limit: Int = 1000) throws -> [ParkedKey] {
        // With min(), SQLite takes the other columns from the row that holds the minimum ("SELECT", section 2.5).
        let sql = """
            SELECT subscription, key, state, min(position), count(*), attempts, next_at, error, at, failing_since
            FROM parked WHERE state <> 'deadLetter' GROUP BY subscription, key
            UNION ALL
            SELECT subscription, key, state, position, 1, attempts, next_at, error, at, failing_since
            FROM parked WHERE state = 'deadLetter' ORDER BY 1, 2, 4 LIMIT ?
            """
        return try select(sql, [.number(Int64(limit))]) { row, _ in
            ParkedKey(
                subscription: row.text(), key: row.text(), state: row.text(), position: row.int64(), count: row.int(),
                attempts: row.int(), nextAt: row.optionalTime(), error: row.optionalText(), since: row.time(),
                failingSince: row.optionalTime())
        }
    }
}
