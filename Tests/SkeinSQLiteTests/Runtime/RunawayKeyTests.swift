import SkeinOperator
import SkeinStorage
import ChildPrograms
import SkeinCore
import SkeinSQLite
import Synchronization
import Testing

/// A process whose key cannot be found while a flag is up: the closure spins.
private struct Labyrinth: ProcessDefinition {
    static let name = "labyrinth"
    static let isLost = Atomic(true)

    static func key(of start: GreetingWanted) -> String {
        while start.mode == "lost", isLost.load(ordering: .relaxed) {}
        return start.id
    }

    func run(_ start: GreetingWanted, _ flow: Flow) async throws -> String { "hello \(start.id)" }
}

@Suite("A key that is never found")
struct RunawayKeyTests {
    let file = TemporaryStore()

    @Test("sets its message aside, which can be retried, and holds nothing else up")
    func key() async throws {
        let store = try SQLiteStore.sqlite(file.path, durability: .relaxed)
        var configuration = RuntimeConfiguration()
        configuration.reactionDeadline = .seconds(2)
        let runtime = try Runtime(
            store: store, configuration: configuration, components: [Component("greeter") { Processes(Labyrinth()) }])
        runtime.start()
        let client = runtime.client(as: "greeter")
        for (id, mode) in [("before", ""), ("bad", "lost"), ("after", "")] {
            try await client.publish(GreetingWanted(id: id, mode: mode))
        }
        for id in ["before", "after"] {
            var outcome = ProcessOutcome.accepted
            try await waitUntil("the outcome of \(id)") {
                outcome = try await runtime.outcome(
                    of: "labyrinth", key: id, in: "greeter", within: .milliseconds(300))
                return outcome != .accepted
            }
            #expect(try outcome.value(as: String.self) == "hello \(id)")
        }
        await runtime.settle()
        let reader = try store.makeReader()
        let incident = try #require(try reader.openIncidents(after: 0, limit: 9).first)
        #expect(incident.cause == "runaway" && incident.kind == "message" && incident.position == 2)
        #expect(incident.error.hasPrefix("the key of 'greeter.greetingWanted' was not found within"))
        #expect(try reader.position(of: "greeter/processes")?.position == 3, "the place in the log moves on")
        #expect(try reader.instance(component: "greeter", process: "labyrinth", key: "bad") == nil)

        Labyrinth.isLost.store(false, ordering: .relaxed)
        try await runtime.repair(incident: incident.id, .retry)
        let outcome = try await runtime.outcome(of: "labyrinth", key: "bad", in: "greeter", within: .patience)
        #expect(try outcome.value(as: String.self) == "hello bad")
        await runtime.stop()
        try store.close()
    }
}
