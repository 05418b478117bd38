import ChildPrograms
import GRDB
import SkeinCore
import SkeinOperator
import SkeinSQLite
import SkeinStorage
import SkeinTesting
import Testing

/// Rows with words of newer code, or that are damaged.
@Suite("An instance whose row holds an unknown word")
struct UnknownWordTests {
    let store: SQLiteStore
    let reader: any StoreReader
    let simulation: Simulation

    init() throws {
        store = try SQLiteStore.inMemory()
        reader = try store.makeReader()
        let parcels = Component("parcel") {
            Processes(Delivery())
            Entities(Shelf.self)
        }
        simulation = try Simulation(store: store, components: [parcels])
    }

    private func change(_ assignment: String, of key: String, restarts: Bool = true) throws {
        try store.database.write { try $0.execute(sql: "UPDATE instance SET \(assignment) WHERE key = '\(key)'") }
        if restarts { simulation.crash() }
    }

    private func word(_ column: String, of key: String) throws -> String? {
        try store.database.read { db in
            try String.fetchOne(db, sql: "SELECT \(column) FROM instance WHERE key = '\(key)'")
        }
    }

    private func retry(_ id: InstanceID) throws {
        try simulation.perform { try await $0.retry(instance: id) }
    }

    private func row(_ process: String, _ key: String) throws -> InstanceRow {
        try #require(try reader.instance(component: "parcel", process: process, key: key))
    }

    @Test(
        "stands still with an incident and keeps the word, and all others go on", arguments: ["status", "notation"],
        [false, true])
    func process(column: String, restarts: Bool) throws {
        for key in ["a", "b"] { try simulation.publish(ParcelPosted(id: key), as: "parcel") }
        let before = try #require(try word(column, of: "a"))
        try change("\(column) = 'folded'", of: "a")
        for key in ["a", "b"] { try simulation.publish(ParcelArrived(id: key), as: "parcel") }
        #expect(simulation.runtime.failure == nil)
        #expect(try row("delivery", "b").status == .completed)
        let id = try row("delivery", "a").id
        for _ in 1...2 {
            let incidents = try simulation.incidents()
            #expect(incidents.map(\.cause) == ["unreadable"] && incidents.first?.instance == id)
            let error = try #require(incidents.first?.error)
            #expect(error.contains("the column '\(column)' holds the unknown word 'folded'"), "\(error)")
            #expect(try word(column, of: "a") == "folded")
            #expect(try reader.mailbox(of: id, limit: 9).count == 1, "the message waits for the instance")
            let refusal = #expect(throws: ActionError.self) { try retry(id) }
            #expect(refusal?.code == .unreadableInstance)
            simulation.crash()
        }
        try change("\(column) = '\(before)'", of: "a", restarts: restarts)
        // A runtime that starts later goes on by itself; one that runs has to be told.
        if !restarts { try retry(id) }
        #expect(try row("delivery", "a").status == .completed)
        #expect(try simulation.incidents().isEmpty)
    }

    @Test("may be an entity's, whose messages wait", arguments: ["status", "notation"], [false, true])
    func entity(column: String, restarts: Bool) throws {
        for key in ["a", "b"] { try simulation.send(Shelve(id: key), as: "parcel") }
        let before = try #require(try word(column, of: "a"))
        try change("\(column) = 'folded'", of: "a")
        for key in ["a", "b"] { try simulation.send(Shelve(id: key), as: "parcel") }
        #expect(simulation.runtime.failure == nil)
        #expect(try simulation.messages(of: Shelved.self) == [("a", 1), ("b", 1), ("b", 2)].map(Shelved.init))
        #expect(try simulation.incidents().map(\.cause) == ["unreadable"])
        try change("\(column) = '\(before)'", of: "a", restarts: restarts)
        if !restarts { try retry(row("shelf", "a").id) }
        #expect(try simulation.messages(of: Shelved.self).last == Shelved(id: "a", count: 2))
        #expect(try simulation.incidents().isEmpty)
    }

    @Test("of its wait's version is parked")
    func wait() throws {
        for key in ["a", "b"] { try simulation.publish(ParcelPosted(id: key), as: "parcel") }
        try store.database.write { db in
            try db.execute(sql: "UPDATE wait SET version = 'newest' WHERE correlation_key = 'a'")
        }
        simulation.crash()
        for key in ["a", "b"] { try simulation.publish(ParcelArrived(id: key), as: "parcel") }
        #expect(simulation.runtime.failure == nil)
        #expect(try row("delivery", "b").status == .completed && row("delivery", "a").status == .parked)
        #expect(try simulation.incidents().map(\.cause) == ["unreadable"])
    }

    @Test("or whose attributes are no JSON does not stop a search by attributes")
    func search() throws {
        let folder = try TemporaryFolder()
        let file = try SQLiteStore(path: folder.file())
        defer { try? file.close() }
        let simulation = try Simulation(store: file, components: [Component("parcel") { Processes(Delivery()) }])
        for key in ["a", "b"] { try simulation.publish(ParcelPosted(id: key), as: "parcel") }
        try file.database.write { db in
            try db.execute(sql: "UPDATE instance SET attributes = CAST('parcel' AS BLOB) WHERE key = 'a'")
            try db.execute(sql: "UPDATE instance SET attributes = CAST('{\"city\":\"Bonn\"}' AS BLOB) WHERE key = 'b'")
        }
        let inspector = try StoreInspector(path: folder.file())
        defer { inspector.close() }
        var filter = InstanceFilter()
        filter.attributes["city"] = "Bonn"
        #expect(try inspector.instances(filter).map(\.key) == ["b"])
    }
}

private struct ParcelPosted: Event {
    static let name: MessageName = "parcel.posted"
    var id: String
    var subject: String? { id }
}

private struct ParcelArrived: Event {
    static let name: MessageName = "parcel.arrived"
    var id: String
    var subject: String? { id }
}

private struct Delivery: ProcessDefinition {
    static let name = "delivery"
    static func key(of start: ParcelPosted) -> String { start.id }
    func run(_ start: ParcelPosted, _ flow: Flow) async throws {
        _ = try await flow.wait(for: ParcelArrived.self, key: start.id)
    }
}

private struct Shelve: Command {
    static let name: MessageName = "parcel.shelve"
    var id: String
    var subject: String? { id }
}

private struct Shelved: Event, Equatable {
    static let name: MessageName = "parcel.shelved"
    var id: String
    var count: Int
}

private struct Shelf: Entity {
    static let name = "shelf"
    var count = 0

    static var behavior: EntityBehavior<Shelf> {
        Decide(Shelve.self, by: \.id) { shelf, command in [Shelved(id: command.id, count: shelf.count + 1)] }
        Evolve(Shelved.self) { shelf, event in shelf.count = event.count }
    }
}
