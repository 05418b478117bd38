import SkeinOperator
import SkeinStorage
import ChildPrograms
import GRDB
import SkeinCore
import SkeinSQLite
import Synchronization
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct Greet: Command {
    static let name: MessageName = "greeter.greet"
    var name: String
    var subject: String? { name }
}

struct Greeted: Event {
    static let name: MessageName = "greeter.greeted"
    var name: String
    var subject: String? { name }
}

struct GreetingWanted: Event {
    static let name: MessageName = "greeter.greetingWanted"
    var id: String
    var mode = ""
    var subject: String? { id }
}

struct Greeting: ProcessDefinition {
    static let name = "greeting"
    /// Ends the loop of the runaway mode, so that its thread does not keep a core from the tests that follow.
    static let mayReturn = Atomic(false)
    static func key(of start: GreetingWanted) -> String { start.id }

    func run(_ start: GreetingWanted, _ flow: Flow) async throws -> String {
        if start.mode == "runaway" { while !Self.mayReturn.load(ordering: .relaxed) {} }
        if start.mode == "slow" { try await flow.sleep(for: .days(1)) }
        return try await flow.perform("greet") { _ in "hello \(start.id)" }
    }
}

/// A file that is gone when the test is over.
final class TemporaryStore {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "skein-\(UUID().uuidString).db").path
    }

    deinit {
        for suffix in ["", "-wal", "-shm", ".owner"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
}

@Suite("A runtime on a SQLite file, on the real clock")
struct LiveRuntimeTests {
    let file = TemporaryStore()

    @Test("runs what is set in motion to its end, and returns")
    func hello() async throws {
        let greeted = Mutex<[String]>([])
        let greeter = Component("greeter") {
            Handle(Greet.self) { greet, context in
                greeted.withLock { $0.append(greet.name) }
                try context.publish(Greeted(name: greet.name))
            }
        }
        let store = try SQLiteStore.sqlite(file.path)
        try await Runtime(keeping: store, greeter).run { client in
            for name in ["Kermit", "Piggy", "Gonzo"] { try await client.send(Greet(name: name)) }
        }
        #expect(greeted.withLock { Set($0) } == ["Kermit", "Piggy", "Gonzo"])
        #expect(try store.makeReader().records(after: 0, limit: 10).count == 6)
        #expect(try store.integrityCheck().isEmpty)
    }

    @Test("many processes at once each end once, with their results")
    func manyProcesses() async throws {
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        let runtime = try Runtime(store: store, Component("greeter") { Processes(Greeting()) })
        runtime.start()
        let client = runtime.client(as: "greeter")
        for number in 0..<200 { try await client.publish(GreetingWanted(id: "\(number)")) }
        for number in 0..<200 {
            let outcome = try await runtime.outcome(
                of: Greeting.self, key: "\(number)", in: "greeter", within: .patience)
            #expect(try outcome.value(as: String.self) == "hello \(number)")
            #expect(outcome == .ended(.completed, result: Data(#""hello \#(number)""#.utf8)))
        }
        await runtime.stop()
    }

    @Test("answers in time, or says that the instance goes on")
    func accepted() async throws {
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        let runtime = try Runtime(store: store, Component("greeter") { Processes(Greeting()) })
        runtime.start()
        try await runtime.client(as: "greeter").publish(GreetingWanted(id: "a", mode: "slow"))
        let outcome = try await runtime.outcome(of: "greeting", key: "a", in: "greeter", within: .milliseconds(100))
        #expect(outcome == .accepted)
        await #expect(throws: ConfigurationError.self) {
            try await runtime.outcome(of: "greetings", key: "a", in: "greeter", within: .days(1))
        }
        await runtime.stop()
    }

    @Test("code that does not return is fenced, its instance parked, and the others go on on another thread")
    func runaway() async throws {
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        var configuration = RuntimeConfiguration()
        configuration.reactionDeadline = .seconds(2)
        let runtime = try Runtime(
            store: store, configuration: configuration, components: [Component("greeter") { Processes(Greeting()) }])
        runtime.start()
        let client = runtime.client(as: "greeter")
        try await client.publish(GreetingWanted(id: "first"))
        _ = try await runtime.outcome(of: "greeting", key: "first", in: "greeter", within: .patience)
        try await client.publish(GreetingWanted(id: "bad", mode: "runaway"))
        try await client.publish(GreetingWanted(id: "good"))
        let waiting = Task {
            try await runtime.outcome(of: "greeting", key: "good", in: "greeter", within: .patience)
        }
        var outcome = ProcessOutcome.accepted
        try await waitUntil("the greeting") {
            outcome = try await runtime.outcome(of: "greeting", key: "good", in: "greeter", within: .milliseconds(300))
            return outcome != .accepted
        }
        #expect(outcome == .ended(.completed, result: Data(#""hello good""#.utf8)))
        #expect(try await waiting.value == outcome, "who asked the old thread is answered by the new one")
        await runtime.settle()
        let incidents = try store.makeReader().openIncidents(after: 0, limit: 10)
        #expect(incidents.map(\.cause) == ["runaway"])
        Greeting.mayReturn.store(true, ordering: .relaxed)
        await runtime.stop()
    }

    @Test("who waits for an outcome is answered when the runtime stops")
    func stopping() async throws {
        let runtime = try Runtime(
            store: SQLiteStore.sqlite(file.path, durability: .relaxed), Component("greeter") { Processes(Greeting()) })
        runtime.start()
        let waiting = Task { try await runtime.outcome(of: "greeting", key: "none", in: "greeter", within: .days(1)) }
        for _ in 0..<1000 { await Task.yield() }
        await runtime.stop()
        #expect(try await waiting.value == .accepted)
        #expect(try await runtime.outcome(of: "greeting", key: "none", in: "greeter", within: .days(1)) == .accepted)
    }

    @Test("publishing in the user's transaction: commit publishes, rollback un-publishes")
    func stored() async throws {
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        let heard = Mutex<[String]>([])
        let runtime = try Runtime(
            keeping: store,
            Component("listener") { Handle(Greeted.self) { event, _ in heard.withLock { $0.append(event.name) } } })
        let client = runtime.client(as: "greeter")
        try await runtime.run { _ in
            try await store.database.write { db in
                try db.execute(sql: "CREATE TABLE guest (name TEXT)")
                try db.execute(sql: "INSERT INTO guest VALUES ('Kermit')")
                try client.publish(Greeted(name: "Kermit"), storedIn: db)
            }
            try? await store.database.write { db in
                try db.execute(sql: "INSERT INTO guest VALUES ('Piggy')")
                try client.publish(Greeted(name: "Piggy"), storedIn: db)
                throw CancellationError()
            }
        }
        #expect(heard.withLock { $0 } == ["Kermit"])
        #expect(try await store.database.read { try String.fetchAll($0, sql: "SELECT name FROM guest") } == ["Kermit"])
    }

    @Test("a handler's transaction joins its commit; one that throws undoes only its own handling")
    func transaction() async throws {
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        try await store.database.write { try $0.execute(sql: "CREATE TABLE guest (name TEXT UNIQUE)") }
        let greeter = Component("greeter") {
            Handle(Greet.self) { greet, context in
                try context.publish(Greeted(name: greet.name))
                context.transaction { db in
                    try db.execute(sql: "INSERT INTO guest VALUES (?)", arguments: [greet.name.prefix(1).description])
                }
            }.retry(.never)
        }
        try await Runtime(keeping: store, greeter).run { client in
            for name in ["Kermit", "Piggy", "Kay"] { try await client.send(Greet(name: name)) }
        }
        let events = try store.makeReader().records(after: 0, limit: 10).filter { $0.envelope.name == Greeted.name }
        #expect(Set(events.map(\.envelope.subject)) == ["Kermit", "Piggy"])
        #expect(try store.makeReader().openIncidents(after: 0, limit: 10).map(\.key) == ["Kay"])
    }

    @Test("a projection answers from its own table, and another version folds everything anew")
    func projection() async throws {
        func component(_ version: Int, factor: Int) -> Component {
            Component("desk") {
                Projection("visits", version: version) { db in
                    try db.execute(sql: "CREATE TABLE visit (name TEXT PRIMARY KEY, count INTEGER)")
                } drop: { db in
                    try db.execute(sql: "DROP TABLE IF EXISTS visit")
                } folding: {
                    Fold(Greeted.self) { event, db in
                        try db.execute(
                            sql: """
                                INSERT INTO visit VALUES (?, \(factor))
                                ON CONFLICT DO UPDATE SET count = count + \(factor)
                                """, arguments: [event.name])
                    }
                }
            }
        }
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        func counts() async throws -> [Int] {
            try await store.database.read { try Int.fetchAll($0, sql: "SELECT count FROM visit ORDER BY name") }
        }
        try await Runtime(keeping: store, component(1, factor: 1)).run { client in
            for name in ["a", "b", "a"] { try await client.publish(Greeted(name: name)) }
        }
        #expect(try await counts() == [2, 1])
        try await Runtime(keeping: store, component(1, factor: 1)).run { _ in }
        #expect(try await counts() == [2, 1])
        try await Runtime(keeping: store, component(2, factor: 10)).run { _ in }
        #expect(try await counts() == [20, 10])
        try await Runtime(keeping: store, component(1, factor: 1)).run { _ in }
        #expect(try await counts() == [2, 1], "the version before it, too")
    }

    @Test("fire and forget returns before the message is written, and counts what it loses")
    func fireAndForget() async throws {
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        var configuration = RuntimeConfiguration()
        configuration.unwrittenFireAndForget = 10
        let runtime = try Runtime(
            keeping: store, configuration: configuration,
            Component("greeter") { Publishes(Greeted.self, mode: .fireAndForget) })
        // Nothing can be written while another connection holds the file, so that the eleventh message finds no place.
        var unsafe = GRDB.Configuration()
        unsafe.allowsUnsafeTransactions = true
        let blocker = try DatabaseQueue(path: file.path, configuration: unsafe)
        try await blocker.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let client = runtime.client(as: "greeter")
        for number in 0..<30 { try await client.publish(Greeted(name: "\(number)")) }
        try await blocker.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try await runtime.run { _ in }
        let written = try store.makeReader().records(after: 0, limit: 100).count
        #expect(runtime.counts.lost > 0)
        #expect(written + runtime.counts.lost == 30)
    }
}
