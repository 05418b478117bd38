import SkeinActions
import SkeinCore
import SkeinStorage
import SkeinTesting
import Testing

@Suite("Dead letters of one key that an operator retries together")
struct RetriedDeadLetterTests {
    let store = MemoryStore()

    @Test("are delivered in several commits, all of them once")
    func commits() throws {
        let work = Component("work") { Processes(TwoOfMany()) }
        let simulation = try Simulation(store: store, components: [work, till()])
        let count = 1500
        for _ in 1...3 {
            try simulation.publish(
                contentsOf: (0..<count / 3).map { Charged(orderID: "o", amount: $0) }, as: "till")
        }
        #expect(try simulation.incidents().count == count)
        // While nobody owns the store, so that the next runtime finds all of them.
        _ = try store.carryOut(.repairAll(cause: "deadLetter", .retry), at: simulation.clock.now)
        let largest = Mutexed(0)
        store.onCommit { batch, _ in
            largest.value = max(largest.value, batch.units.map(\.writes.count).max() ?? 0)
        }
        simulation.crash()
        #expect(largest.value < 4200, "each takes three writes")
        let rows = try store.makeReader().parked(subscription: "work/processes", after: nil, limit: count + 1)
        #expect(rows.count == count && rows.allSatisfy { $0.state == .deadLetter }, "nobody waited this time either")
        #expect(simulation.runtime.counts.deadLettered == count)
    }
}
