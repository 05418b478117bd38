import SkeinSQLite
import SkeinStorage
import SkeinCore

extension StoreInspector {
    /// Checks a store that may be too damaged to be read. Damage is reported only when three attempts to read the store
    /// have found it, because a single failed read does not prove it.
    ///
    /// - Throws: `StoreError` for a file that is no store, and for a store that cannot be read for another reason.
    public static func check(_ path: String) throws -> CheckReport {
        for _ in 0..<2 {
            do { return try StoreInspector(path: path).check() } catch let error as StoreError
                where error.code == .corrupt
            {}
        }
        do {
            return try StoreInspector(path: path).check()
        } catch let error as StoreError where error.code == .corrupt {
            let finding = CheckReport.Finding(check: CheckReport.integrity, problem: Self.unreadable(error))
            return CheckReport(schemaVersion: 0, checks: [CheckReport.integrity], findings: [finding])
        }
    }

    /// Looks through the whole file for damage, and for rows that contradict each other. Costs as much as reading the
    /// file.
    public func check() throws -> CheckReport {
        let version = try select("PRAGMA user_version") { row, _ in row.int() }.first ?? 0
        var report = CheckReport(
            schemaVersion: version, checks: [CheckReport.integrity, "schema version"], findings: [])
        if version != Int(Schema.currentVersion) {
            let way = "open it with a runtime of this version to bring it up to date"
            report.findings.append(
                .init(
                    check: "schema version", problem: "\(version), this software has \(Schema.currentVersion); \(way)"))
        }
        do {
            for problem in try damage() {
                report.findings.append(.init(check: CheckReport.integrity, problem: problem))
            }
        } catch let error as StoreError where error.code == .corrupt {
            // SQLite cannot even say what is damaged, so what the rows say is of no use.
            report.findings.append(.init(check: CheckReport.integrity, problem: Self.unreadable(error)))
            return report
        }
        for invariant in Self.invariants {
            report.checks.append(invariant.name)
            report.findings += try select(invariant.sql + " LIMIT 20") { row, _ in
                CheckReport.Finding(check: invariant.name, problem: row.text())
            }
        }
        return report
    }

    /// The first twenty problems that SQLite finds in the file; none for a sound file.
    ///
    /// - Cost: reads the whole file.
    func damage() throws -> [String] {
        try select("PRAGMA integrity_check(20)") { row, _ in row.text() }.filter { $0 != "ok" }
    }

    private static func unreadable(_ error: StoreError) -> String {
        "it cannot be read at all: \(error.cause.map { "\($0)" } ?? error.message)"
    }

    /// Rows of the outbox that are no messages for the log: how many, and the reason that one of them was given, which
    /// is empty for none.
    public func rejectedInOutbox() throws -> (count: Int, first: String) {
        let sql = "SELECT count(*), coalesce(min(error), '') FROM outbox WHERE error IS NOT NULL"
        return try select(sql) { row, _ in (row.int(), row.text()) }.first ?? (0, "")
    }

    private struct Invariant {
        var name: String
        /// Yields a text for each row that breaks it.
        var sql: String
    }

    // The mailbox of an ended instance is removed in parts afterwards, so it may have entries.
    private static let invariants =
        ["wait", "timer", "activity"].map { table in
            Invariant(
                name: "no \(table) of an ended instance",
                sql: """
                    SELECT 'instance ' || instance.id || ' (' || instance.process || ' ' || instance.key || ') is '
                    || instance.status || ' and still has ' || count(*) || ' in \(table)'
                    FROM \(table) JOIN instance ON instance.id = \(table).instance
                    WHERE instance.status IN ('completed', 'failed', 'canceled') GROUP BY instance.id
                    """)
        }
        + ["wait", "timer", "activity", "mailbox"].map { table in
            Invariant(
                name: "no \(table) without an instance",
                sql: """
                    SELECT 'a row of \(table) belongs to instance ' || instance || ', which is not there'
                    FROM \(table) WHERE NOT EXISTS (SELECT 1 FROM instance WHERE id = \(table).instance)
                    """)
        } + [
            Invariant(
                name: "no position beyond the log",
                sql: """
                    SELECT subscription || ' is at ' || position || ', the log ends at ' || \(end) FROM position
                    WHERE topic = '*' AND position > \(end)
                    """),
            Invariant(
                name: "no parked row without its message",
                sql: """
                    SELECT subscription || ', key ' || key || ': message ' || position || ' is not in the log'
                    FROM parked WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.position = parked.position)
                    """),
            Invariant(
                name: "no buffered row without its message",
                sql: """
                    SELECT component || ', process ' || process || ': message ' || position || ' is not in the log'
                    FROM buffered WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.position = buffered.position)
                    """),
            Invariant(
                name: "no parked incident row without an open incident",
                sql: """
                    SELECT subscription || ', key ' || key || ': message ' || position || ' has no open incident'
                    FROM parked WHERE state IN ('incident', 'deadLetter') AND NOT EXISTS (SELECT 1 FROM incident
                        WHERE resolved_at IS NULL AND incident.subscription = parked.subscription
                        AND incident.key = parked.key AND incident.position = parked.position)
                    """),
            Invariant(
                name: "no parked instance without an open incident",
                sql: """
                    SELECT 'instance ' || id || ' is parked and has no open incident'
                    FROM instance WHERE status = 'parked'
                    AND NOT EXISTS (SELECT 1 FROM incident
                    WHERE resolved_at IS NULL AND incident.instance = instance.id)
                    """),
            Invariant(
                name: "no journal beyond its instance",
                sql: """
                    SELECT 'the journal of instance ' || instance || ' is there, the instance is not' FROM journal
                    WHERE NOT EXISTS (SELECT 1 FROM instance WHERE id = journal.instance) GROUP BY instance
                    """),
            Invariant(
                name: "no rejected row in the outbox",
                sql: "SELECT 'outbox row ' || seq || ' (' || type || ') is no message: ' || error FROM outbox "
                    + "WHERE error IS NOT NULL"),
        ]

    private static let end =
        "(SELECT max(coalesce((SELECT max(position) FROM event), 0), "
        + "coalesce((SELECT value FROM meta WHERE name = 'position'), 0)))"
}
