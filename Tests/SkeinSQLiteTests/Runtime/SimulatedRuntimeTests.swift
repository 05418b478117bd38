import SkeinStorage
import GRDB
import SkeinCore
import SkeinSQLite
import SkeinTesting
import Synchronization
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

    @Test("keeps all messages of a handler's transactions, and gives them the same ids when one is tried again")
    func transactions() throws {
        func ids(failing: Bool) throws -> [MessageID] {
            let failures = Mutex(failing ? 2 : 0)
            let greeter = Component("greeter") {
                Handle(Greet.self) { greet, context in
                    try context.publish(Greeted(name: greet.name))
                    for _ in 1...2 {
                        context.transaction { db in
                            for _ in 1...2 { try context.publish(Greeted(name: greet.name), storedIn: db) }
                            let fails = failures.withLock { failures in
                                failures -= 1
                                return failures >= 0
                            }
                            if fails { throw Impolite() }
                        }
                    }
                }.retry(RetryPolicy(initialDelay: .milliseconds(1)))
            }
            let simulation = try Simulation(store: SQLiteStore.inMemory(), components: [greeter])
            try simulation.perform {
                _ = try await $0.client().send(Greet(name: "Kermit"), id: MessageID("the greeting"))
            }
            simulation.run(for: .seconds(1))
            return try simulation.log().map(\.envelope).filter { $0.name == Greeted.name }.map(\.id)
        }
        let plain = try ids(failing: false)
        #expect(plain.count == 5 && Set(plain).count == 5)
        #expect(try ids(failing: true) == plain)
    }
}

private struct Impolite: Error {}
