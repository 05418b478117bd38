import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("What an instance keeps")
struct SizeTests {
    private let store = MemoryStore()
    private var options: Simulation.Options {
        var options = Simulation.Options()
        options.configuration.maximumPayloadSize = 1000
        return options
    }

    @Test("is bounded: a result that is too large is an incident at once, and the activity is not called again")
    func result() throws {
        let calls = Mutex(0)
        let simulation = try simulation(options, store: store) { _, flow in
            try await flow.perform("read") { _ in
                calls.withLock { $0 += 1 }
                return String(repeating: "x", count: 2000)
            }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(
            incident.error
                == "the result of the activity 'read' has a size of 2002 bytes; at most 1000 are allowed. Store large "
                + "content elsewhere and keep what finds it.")
        #expect(calls.withLock { $0 } == 1)
    }

    @Test("is bounded: an output that is too large parks the process")
    func output() throws {
        let simulation = try Simulation(
            store: store, options: options, components: [Component("work") { Processes(Wordy()) }])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.kind == "instance")
        #expect(incident.error.contains("the output of 'wordy' has a size of 2002 bytes"))
    }

    @Test("is bounded: a saga whose state grows too large stands still with what it was told last")
    func state() throws {
        let simulation = try Simulation(
            store: store, options: options, components: [Component("work") { Sagas(Hoarding.self) }])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        for result in [String(repeating: "x", count: 800), String(repeating: "y", count: 800)] {
            try simulation.publish(JobDone(id: "a", result: result), as: "work")
        }
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.error.contains("the state of 'hoarding' has a size of"))
        let row = try #require(try store.makeReader().instance(component: "work", process: "hoarding", key: "a"))
        #expect(row.status == .parked && (row.state?.count ?? 0) < 1000)
        #expect(try store.makeReader().mailbox(of: row.id, limit: 9).count == 1)
    }

    private struct Wordy: ProcessDefinition {
        static let name = "wordy"
        static func key(of start: JobRequested) -> String { start.id }
        func run(_ start: JobRequested, _ flow: Flow) async throws -> String { String(repeating: "x", count: 2000) }
    }

    private struct Hoarding: Saga {
        static let name = "hoarding"
        var all = ""

        static var behavior: SagaBehavior<Hoarding> {
            Begin(JobRequested.self, by: \.id) { _, _ in Hoarding() }
            React(JobDone.self, by: \.id) { saga, done, _ in saga.all += done.result }
        }
    }
}
