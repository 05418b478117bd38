import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("A journal that grows")
struct JournalLimitTests {
    let store = MemoryStore()

    private func configuration(warning: Int, limit: Int = 50_000) -> RuntimeConfiguration {
        var configuration = RuntimeConfiguration()
        (configuration.journalWarning, configuration.journalLimit) = (warning, limit)
        return configuration
    }

    @Test("is warned about at ten thousand entries and ends at fifty thousand, unless the configuration says otherwise")
    func defaults() {
        #expect(RuntimeConfiguration().journalWarning == 10_000)
        #expect(RuntimeConfiguration().journalLimit == 50_000)
    }

    @Test("is warned about once, when it has as many entries as the configuration says")
    func warning() throws {
        let work = Component("work") {
            Processes(
                Scripted { _, flow in
                    while true { try await flow.sleep(for: .seconds(1)) }
                })
        }
        let stage = try Stage(store: store, configuration: configuration(warning: 5), components: [work])
        stage.publish(JobRequested(id: "a"), as: "work")
        stage.run(for: .seconds(3))
        #expect(stage.lines.all.isEmpty, "the start and three timers are four entries")
        stage.run(for: .seconds(10))
        let line = try #require(stage.lines.all.first)
        #expect(stage.lines.all.count == 1)
        #expect(line.message == "the journal is long")
        #expect(line.metadata == ["process.instance": "1", "journal.entries": "5"])
    }

    @Test("is at its limit with that many entries since its last restart, through crashes", arguments: [false, true])
    func limit(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        options.configuration = configuration(warning: 5, limit: 8)
        let simulation = try simulation(options, store: store) { start, flow in
            for _ in 0..<5 { try await flow.sleep(for: .seconds(1)) }
            if start.id == "a" { try flow.restart(with: JobRequested(id: "again")) }
            while true { try await flow.sleep(for: .seconds(1)) }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        let row = try #require(try simulation.instance(of: store))
        #expect(row.status == .parked)
        let journal = try store.makeReader().journal(of: row.id, after: 0, limit: 100)
        #expect(journal.map(\.kind) == ["start"] + Array(repeating: "timer", count: 7) + ["parked"])
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(incident.cause == "journalLimit")
        #expect(incident.error.contains("has 8 entries, the limit; call flow.restart(with:)"))
    }

    @Test("is dropped by a restart with all that the first life waited for, and the next draws other values")
    func restart() throws {
        let seen = Ledger()
        let simulation = try simulation(store: store) { start, flow in
            seen.note("uuid \(flow.uuid())")
            flow.publish(Note(text: start.id))
            if start.id == "a" {
                async let _ = flow.wait(for: Charged.self, key: "x", until: .days(1))
                async let _ = flow.sleep(for: .days(2))
                try await flow.sleep(for: .hours(1))
                try flow.restart(with: JobRequested(id: "again"))
            }
            try await flow.wait(for: Charged.self, key: "y")
            return start.id
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        #expect(try store.makeReader().timers(of: id).count == 3)
        simulation.run(for: .hours(1))
        #expect(try store.makeReader().timers(of: id).isEmpty)
        #expect(try store.makeReader().waits(of: id).map(\.key) == ["y"])
        #expect(try store.makeReader().journal(of: id, after: 0, limit: 9).map(\.kind) == ["start"])
        #expect(Set(seen.entries).count == 2)
        let notes = try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope)
        #expect(notes.map(\.subject) == ["a", "again"])
        #expect(Set(notes.map(\.id)).count == 2)
        simulation.crash()
        try simulation.send(Charge(orderID: "y", amount: 1))
        #expect(try simulation.results() == ["again"])
    }
}
