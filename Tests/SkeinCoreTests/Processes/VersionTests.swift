import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

struct FirstVersion: ProcessDefinition {
    static let name = "versioned"
    static func key(of start: JobRequested) -> String { start.id }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        try await flow.sleep(for: .hours(1))
        flow.publish(JobDone(id: start.id, result: "one"))
    }
}

struct SecondVersion: ProcessDefinition {
    static let name = "versioned"
    static let version = 2
    static func key(of start: JobRequested) -> String { start.id }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        try await flow.perform("something new") { _ in 1 }
        flow.publish(JobDone(id: start.id, result: "two"))
    }
}

struct OtherProcess: ProcessDefinition {
    static let name = "other"
    static func key(of start: JobRequested) -> String { start.id }

    func run(_ start: JobRequested, _ flow: Flow) async throws {}
}

@Suite("Versions of a process")
struct VersionTests {
    let store = MemoryStore()

    func simulation<each Definition: ProcessDefinition>(_ definition: repeat each Definition) throws -> Simulation {
        try Simulation(store: store, components: [Component("work") { Processes(repeat each definition) }, till()])
    }

    @Test("running instances stay on theirs, new ones take the newest")
    func sideBySide() throws {
        let before = try simulation(FirstVersion())
        try before.publish(JobRequested(id: "old"), as: "work")
        let after = try simulation(FirstVersion(), SecondVersion())
        try after.publish(JobRequested(id: "new"), as: "work")
        after.run(for: .hours(1))
        let results = try after.results()
        let incidents = try store.makeReader().openIncidents(after: 0, limit: 9)
        #expect(results == ["two", "one"], "\(incidents)")
    }

    @Test("an instance whose version is not deployed is parked, not lost, and goes on when it is deployed again")
    func missing() throws {
        let before = try simulation(FirstVersion())
        try before.publish(JobRequested(id: "old"), as: "work")
        let without = try simulation(SecondVersion())
        without.run(for: .hours(1))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 10).first)
        #expect(incident.cause == "noDefinition")
        #expect(incident.error.contains("version 1 of 'versioned' is not deployed"))
        let again = try simulation(FirstVersion(), SecondVersion())
        let id = try #require(incident.instance)
        try again.perform { try await $0.retry(instance: id) }
        again.run(for: .hours(2))
        #expect(try again.results() == ["one"])
    }

    @Test("an instance of a process that has left its component is parked again when it is retried, and ends for good")
    func leftComponent() throws {
        let before = try simulation(FirstVersion())
        try before.publish(JobRequested(id: "old"), as: "work")
        let without = try simulation(OtherProcess())
        without.run(for: .hours(1))
        let reader = try store.makeReader()
        let incident = try #require(try reader.openIncidents(after: 0, limit: 10).first)
        let id = try #require(incident.instance)
        try without.perform { try await $0.retry(instance: id) }
        #expect(try reader.instance(id)?.status == .parked)
        let next = try #require(try reader.openIncidents(after: 0, limit: 10).first)
        #expect(next.cause == "noDefinition" && next.id > incident.id)
        try without.perform { try await $0.terminate(instance: id) }
        without.run(for: .hours(1))
        #expect(try reader.instance(id)?.status == .canceled)
        #expect(try reader.openIncidents(after: 0, limit: 10).isEmpty)
    }
}

@Suite("Keeping and stopping")
struct KeepingTests {
    @Test("ended instances are removed with their journals when they have been kept long enough")
    func retention() throws {
        let store = MemoryStore()
        var options = Simulation.Options()
        options.configuration.keepsEndedInstances = .days(1)
        let simulation = try simulation(options, store: store) { start, flow in
            if start.id == "long" { try await flow.sleep(for: .days(30)) }
            return "done"
        }
        for id in ["a", "b", "long"] { try simulation.publish(JobRequested(id: id), as: "work") }
        let id = try #require(try simulation.instance("a", of: store)?.id)
        simulation.run(for: .hours(23))
        #expect(try simulation.instance("a", of: store)?.status == .completed)
        simulation.run(for: .hours(3))
        #expect(try simulation.instance("a", of: store) == nil)
        #expect(try simulation.instance("b", of: store) == nil)
        #expect(try store.makeReader().journal(of: id, after: 0, limit: 1).isEmpty)
        #expect(try simulation.instance("long", of: store)?.status == .running)
    }

    @Test("a stopped outside system is not called, also after a restart, and no attempt is used up")
    func suspendedSystem() throws {
        let world = World()
        let simulation = try simulation { _, flow in
            try await flow.perform("call", ActivityOptions(retry: .never, system: "line")) { context in
                try world.call("x")
                return "attempt \(context.attempt)"
            }
        }
        try simulation.perform { try await $0.suspend(system: "line") }
        for number in 0..<3 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        simulation.run(for: .days(1))
        simulation.crash()
        simulation.run(for: .days(1))
        #expect(world.calls.isEmpty)
        try simulation.perform { try await $0.resume(system: "line") }
        #expect(try simulation.results() == ["attempt 1", "attempt 1", "attempt 1"])
    }
}
