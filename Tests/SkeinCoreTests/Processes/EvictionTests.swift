import SkeinActions
import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

@Suite("Instances in memory")
struct EvictionTests {
    let store = MemoryStore()

    private func simulation(
        live: Int, _ body: @escaping @Sendable (JobRequested, Flow) async throws -> String
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.configuration.liveInstances = live
        let work = Component("work") { Processes(Scripted(body: body)) }
        return try Simulation(store: store, options: options, components: [work, till()])
    }

    private func live(_ simulation: Simulation, of keys: some Sequence<Int>) throws -> [Int] {
        let kernel = try #require(simulation.runtime.kernel(of: "work", process: "scripted"))
        return keys.filter { kernel.instances.live.id(of: InstanceKey(process: "scripted", key: "\($0)")) != nil }
    }

    @Test("are never more than the limit when nothing is under way, and those used last stay")
    func bounded() throws {
        let simulation = try simulation(live: 10) { start, flow in
            while true {
                let charged = try await flow.wait(for: Charged.self, key: start.id)
                flow.publish(Note(text: "\(start.id) \(charged.amount)"))
            }
        }
        for number in 1...100 {
            try simulation.publish(JobRequested(id: "\(number)"), as: "work")
            #expect(try live(simulation, of: 1...100).count <= 10)
        }
        #expect(try live(simulation, of: 1...100).contains(100))
        for round in 1...20 {
            // Between two uses of the first one, three others are used.
            for key in [1, 3 * round, 3 * round + 1, 3 * round + 2] {
                try simulation.publish(Charged(orderID: "\(key)", amount: round), as: "till")
            }
            #expect(try live(simulation, of: 1...100).count <= 10)
            #expect(try live(simulation, of: [1]) == [1], "it is used all the time")
        }
        let notes = try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject)
        #expect(notes.filter { $0.hasPrefix("1 ") } == (1...20).map { "1 \($0)" })
        #expect(notes.count == 80)
    }

    @Test("leave it after a burst too, when what was under way has ended")
    func burst() throws {
        let gate = Gate()
        let simulation = try simulation(live: 10) { start, flow in
            try await flow.perform("wait") { _ in await gate.wait() }
            while true { try await flow.wait(for: Charged.self, key: start.id) }
        }
        for number in 1...30 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        #expect(try live(simulation, of: 1...30).count == 30, "activities are under way")
        gate.open()
        simulation.run(for: .seconds(1))
        for _ in 1...5 { try simulation.publish(Charged(orderID: "1", amount: 1), as: "till") }
        #expect(try live(simulation, of: 1...30).count <= 10)
    }

    @Test("that have ended leave memory at once, whatever the limit")
    func ended() throws {
        let simulation = try simulation(live: 10_000) { start, flow in
            if start.id == "1" { try await flow.sleep(for: .hours(1)) }
            return start.id
        }
        for number in 1...20 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        #expect(try live(simulation, of: 1...20) == [1])
        #expect(simulation.runtime.counts.evictions == 0, "an end is no eviction")
    }

    @Test("that swallow every error neither spin nor act when they are put out of memory")
    func swallowing() throws {
        let turns = Atomic(0)
        let acted = Ledger()
        let simulation = try simulation(live: 1) { start, flow in
            var slept = 0
            while slept < 3 {
                turns.add(1, ordering: .relaxed)
                let before = flow.now
                try? await flow.sleep(for: .hours(1))
                if flow.now > before { slept += 1 }
                flow.publish(Note(text: "turn"))
                flow.set("slept", to: "\(slept)")
                let line = "\(start.id) \(slept)"
                _ = try? await flow.perform("act") { _ in acted.note(line) }
            }
            return "\(slept)"
        }
        for number in 1...5 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        let evictions = simulation.runtime.counts.evictions
        #expect(evictions >= 4)
        // Each copy has begun its loop once, and an evicted one is stopped when it does not come to an end.
        #expect(turns.load(ordering: .relaxed) <= 5 + evictions * FlowState.callsOnTheWayOut)
        #expect(acted.entries.isEmpty)
        #expect(simulation.runtime.counts.abandonedTasks == evictions)
        simulation.run(for: .hours(3))
        #expect(try simulation.results() == Array(repeating: "3", count: 5))
        #expect(try simulation.log().filter { $0.envelope.name == Note.name }.count == 15)
        #expect(acted.entries.sorted() == (1...5).flatMap { id in (1...3).map { "\(id) \($0)" } })
    }
}
