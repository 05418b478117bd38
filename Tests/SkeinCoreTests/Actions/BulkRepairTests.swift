import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("The repair of everything of one cause")
struct BulkRepairTests {
    private let store = MemoryStore()
    private let calls = Ledger()
    private let isUp = Mutexed(false)

    private func simulation() throws -> Simulation {
        let (calls, isUp) = (calls, isUp)
        let notes = Component("notes") {
            Handle(Tick.self) { tick, _ in
                calls.note(tick.key)
                guard isUp.value else { throw Refused() }
            }
        }
        let simulation = try Simulation(store: store, components: [notes])
        let count = Self.count
        try simulation.perform { runtime in
            let client = runtime.client(as: "clock")
            for number in 1...count { try await client.publish(Tick(key: "k\(number)", number: number)) }
        }
        return simulation
    }

    private static let count = ActionReport.longestList + 50

    private func perform(_ action: OperatorAction, _ simulation: Simulation) throws -> ActionReport {
        let report = Mutexed(ActionReport())
        try simulation.perform { report.value = try await $0.perform(action) }
        return report.value
    }

    @Test("reports the first thousand, and how many more there were", arguments: [false, true])
    func many(offline: Bool) throws {
        let simulation = try simulation()
        isUp.value = true
        let action = OperatorAction.repairAll(cause: "Tick", .retry)
        let report = offline ? try store.carryOut(action, at: simulation.clock.now) : try perform(action, simulation)
        #expect(report.changes.count == ActionReport.longestList && report.unlistedChanges == 50)
        #expect(report.changes.first?.incident == 1 && report.refused.isEmpty && report.unlistedRefused == nil)
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("counts refusals alike", arguments: [false, true])
    func refused(offline: Bool) throws {
        let simulation = try simulation()
        let action = OperatorAction.repairAll(cause: "Tick", .redirect(to: "nobody"))
        let report = offline ? try store.carryOut(action, at: simulation.clock.now) : try perform(action, simulation)
        #expect(report.refused.count == ActionReport.longestList && report.unlistedRefused == 50)
        #expect(report.changes.isEmpty && report.unlistedChanges == nil)
    }

    @Test("tries each once, also when it fails again at once")
    func failingAgain() throws {
        let simulation = try simulation()
        let report = try perform(.repairAll(cause: "Tick", .retry), simulation)
        #expect(report.changes.count + (report.unlistedChanges ?? 0) == Self.count)
        simulation.run(for: .minutes(1))
        #expect(calls.entries.count == 2 * Self.count)
        #expect(try store.makeReader().openIncidents(after: 0, limit: .max).count == Self.count)
    }
}
