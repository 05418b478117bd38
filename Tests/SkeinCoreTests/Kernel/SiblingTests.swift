import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// A process in the component of an entity, waiting for an event of that entity.
struct Saving: ProcessDefinition {
    static let name = "saving"
    static func key(of start: JobRequested) -> String { start.id }

    func run(_ start: JobRequested, _ flow: Flow) async throws {
        let deposited = try await flow.request(Deposit(account: start.id, cents: 5), expecting: Deposited.self)
        try await flow.sleep(for: .hours(1))
        try await flow.perform("count") { _ in deposited.balance }
        let again = try await flow.wait(for: Deposited.self, key: start.id)
        flow.publish(JobDone(id: start.id, result: "\(again.balance)"))
    }
}

@Suite("Entities and processes in one component")
struct SiblingTests {
    @Test("leave each other's instances alone", arguments: [false, true])
    func siblings(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let store = MemoryStore()
        let simulation = try Simulation(
            store: store, options: options,
            components: [
                Component("bank") {
                    Entities(BankAccount.self)
                    Processes(Saving())
                }
            ])
        try simulation.publish(JobRequested(id: "a"), as: "bank")
        simulation.crash()
        simulation.run(for: .hours(1))
        try simulation.send(Deposit(account: "a", cents: 7))
        #expect(try simulation.results() == ["12"])
        #expect(try store.makeReader().openIncidents(after: 0, limit: 10).isEmpty)
    }

    @Test("a parked instance is found as it was left, and nothing is written about it again")
    func parkedOnce() throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, _ in throw Unreachable() }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        for _ in 0..<3 { simulation.crash() }
        let commits = Ledger()
        store.onCommit { _, _ in commits.note("commit") }
        simulation.crash()
        #expect(commits.entries.isEmpty)
        #expect(try store.makeReader().openIncidents(after: 0, limit: 10).count == 1)
    }
}
