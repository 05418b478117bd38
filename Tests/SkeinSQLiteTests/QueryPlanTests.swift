import GRDB
import Testing

@testable import SkeinSQLite

@Suite("Query plans")
struct QueryPlanTests {
    /// Tables that hold a row per process version or a handful of rows may be read whole.
    private static let small: Set<String> = ["meta", "definition", "held", "position", "channel"]

    private func plan(_ sql: String) throws -> [String] {
        let store = try SQLiteStore.inMemory()
        return try store.database.read { db in
            let count = sql.filter { $0 == "?" }.count
            let arguments = StatementArguments(Array(repeating: 1, count: count))
            let rows = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: arguments)
            return rows.map { row -> String in row["detail"] }
        }
    }

    @Test("of readers scan and sort nothing", arguments: ReadSQL.allCases)
    func reading(query: ReadSQL) throws {
        for step in try plan(ReadSQL.texts[query.rawValue]) where step.hasPrefix("SCAN") || step.contains("TEMP B-TREE")
        {
            let isSmall = step == "SCAN CONSTANT ROW" || Self.small.contains { step.hasPrefix("SCAN \($0)") }
            #expect(isSmall, "\(query): \(step)")
        }
    }

    @Test("of the writer scan nothing", arguments: WriteSQL.allCases)
    func writing(statement: WriteSQL) throws {
        for step in try plan(WriteSQL.texts[statement.rawValue]) where step.hasPrefix("SCAN") {
            #expect(step.contains("outbox USING INDEX outbox_unsent"), "\(statement): \(step)")
        }
    }

    @Test("of waits and timers are served by the clustered key with every column of the cursor")
    func clustered() throws {
        let waits = try plan(ReadSQL.texts[ReadSQL.waits.rawValue])
        let columns = "component=? AND type=? AND correlation_key=? AND (instance,seq)>(?,?)"
        #expect(waits == ["SEARCH wait USING PRIMARY KEY (\(columns))"])
        let timers = try plan(ReadSQL.texts[ReadSQL.timers.rawValue])
        #expect(timers.count == 1 && timers[0].hasPrefix("SEARCH timer USING PRIMARY KEY (component=? AND "))
    }

    @Test("would show a scan")
    func control() throws {
        #expect(try plan("SELECT * FROM event WHERE user = ?").first?.hasPrefix("SCAN event") == true)
    }
}
