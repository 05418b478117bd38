import GRDB
import SkeinCore
import SkeinSQLite
import SkeinTesting
import Testing

@Suite("A simulated runtime on SQLite")
struct SimulatedRuntimeTests {
    @Test("folds a projection and runs a process through a crash at every commit", arguments: [false, true])
    func crashing(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let store = try SQLiteStore.inMemory()
        let greeter = Component("greeter") {
            Projection("visits") { db in
                try db.execute(sql: "CREATE TABLE visit (name TEXT)")
            } drop: { db in
                try db.execute(sql: "DROP TABLE IF EXISTS visit")
            } folding: {
                Fold(Greeted.self) { event, db in
                    try db.execute(sql: "INSERT INTO visit VALUES (?)", arguments: [event.name])
                }
            }
            Handle(Greet.self) { greet, context in try context.publish(Greeted(name: greet.name)) }
            Processes(Greeting())
        }
        let simulation = try Simulation(store: store, options: options, components: [greeter])
        try simulation.send(Greet(name: "Kermit"))
        try simulation.publish(GreetingWanted(id: "a"), as: "greeter")
        simulation.run(for: .seconds(1))
        let visits = try store.database.read { try String.fetchAll($0, sql: "SELECT name FROM visit") }
        #expect(visits == ["Kermit"])
        let instance = try store.makeReader().instance(component: "greeter", process: "greeting", key: "a")
        #expect(instance?.status == .completed)
        #expect(simulation.crashes < 20)
    }
}
