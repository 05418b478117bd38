import SkeinActions
import SkeinCore
import SkeinStorage
import SkeinTesting
import Testing

/// An é as one scalar, and as a letter with an accent: equal as Swift strings, two keys in every store.
private enum Spelling {
    static let composed = "\u{E9}"
    static let decomposed = "e\u{301}"
}

@Suite("Two spellings of a key")
struct KeySpellingTests {
    @Test("are two instances, whether they are in memory or not", arguments: [false, true])
    func instances(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options) { start, flow in
            let charged = try await flow.wait(for: Charged.self, key: start.id, until: .hours(1))
            return "\(start.id.utf8.count) \(charged == nil ? "waited in vain" : "charged")"
        }
        try simulation.publish(JobRequested(id: Spelling.composed), as: "work")
        try simulation.publish(JobRequested(id: Spelling.decomposed), as: "work")
        try simulation.send(Charge(orderID: Spelling.decomposed, amount: 1))
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == ["3 charged", "2 waited in vain"])
    }

    @Test("are parked and go on one by one")
    func handlers() throws {
        let isDown = Mutexed(true)
        let handled = Mutexed<[Int]>([])
        let work = Component("work") {
            Publishes(JobRequested.self)
            Handle(JobRequested.self) { job, _ in
                if isDown.value { throw Unreachable() }
                handled.value.append(job.id.utf8.count)
            }.retry(.never)
        }
        let simulation = try Simulation(store: MemoryStore(), components: [work])
        try simulation.publish(JobRequested(id: Spelling.composed), as: "work")
        try simulation.publish(JobRequested(id: Spelling.decomposed), as: "work")
        isDown.value = false
        for incident in try simulation.incidents() {
            let id = incident.id
            try simulation.perform { runtime in _ = try await runtime.perform(.retry(incident: id)) }
        }
        simulation.run(for: .hours(1))
        #expect(handled.value.sorted() == [2, 3])
        #expect(try simulation.incidents().isEmpty)
    }
}
