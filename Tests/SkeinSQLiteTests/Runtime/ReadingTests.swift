import SkeinStorage
import GRDB
import SkeinCore
import SkeinSQLite
import SkeinTesting
import Testing

@Suite("Reading in handlers")
struct ReadingTests {
    private struct HowOften: Query {
        static let name: MessageName = "greeter.howOften"
        typealias Answer = Often
        var name: String
    }

    private struct Often: Document {
        static let name: MessageName = "greeter.often"
        var times: Int
    }

    private struct Asking: ProcessDefinition {
        static let name = "asking"
        static func key(of start: GreetingWanted) -> String { start.id }

        func run(_ start: GreetingWanted, _ flow: Flow) async throws -> Int {
            try await flow.ask(HowOften(name: start.id)).times
        }
    }

    private func greeter() -> Component {
        Component("greeter") {
            Handle(Greet.self) { greet, context in
                context.transaction { db in
                    try db.execute(sql: "CREATE TABLE IF NOT EXISTS visit (name TEXT)")
                    try db.execute(sql: "INSERT INTO visit VALUES (?)", arguments: [greet.name])
                }
            }
            Answer(HowOften.self) { asked, context in
                try context.read { db in
                    let sql = "SELECT count(*) FROM visit WHERE name = ?"
                    return Often(times: try Int.fetchOne(db, sql: sql, arguments: [asked.name]) ?? 0)
                }
            }
            Processes(Asking())
        }
    }

    @Test("an answer sees what is committed", arguments: [false, true])
    func answer(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let store = try SQLiteStore.inMemory()
        let simulation = try Simulation(store: store, options: options, components: [greeter()])
        for name in ["Kermit", "Kermit", "Piggy"] { try simulation.send(Greet(name: name)) }
        try simulation.publish(GreetingWanted(id: "Kermit"), as: "greeter")
        let instance = try store.makeReader().instance(component: "greeter", process: "asking", key: "Kermit")
        #expect(instance?.result.map { String(decoding: $0, as: UTF8.self) } == "2")
    }

    @Test("a projection on a store in memory is refused, with what to use instead")
    func projection() {
        let component = Component("greeter") {
            Projection("visits") { db in
                try db.execute(sql: "CREATE TABLE visit (name TEXT)")
            } drop: { db in
                try db.execute(sql: "DROP TABLE IF EXISTS visit")
            } folding: {
                Fold(GreetingWanted.self) { _, _ in }
            }
        }
        #expect {
            try Simulation(store: MemoryStore(), components: [component])
        } throws: {
            "\($0)".hasPrefix("the projection 'visits' cannot make its tables: ")
                && "\($0)".contains("a SQLite store: in tests SQLiteStore.inMemory()")
        }
    }

    @Test("another store says what to use instead")
    func foreign() throws {
        let store = MemoryStore()
        let simulation = try Simulation(store: store, components: [greeter()])
        try simulation.publish(GreetingWanted(id: "Kermit"), as: "greeter")
        simulation.run(for: .minutes(5))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 1).first)
        #expect(incident.error.contains("SQLiteStore.inMemory()"))
    }
}
