import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// `Recorded` holds instances as an earlier version of the runtime left them in the store. Their journals must be
/// replayed as they are, and what follows must have the ids and keys that it would have had then.
@Suite("Journals that an earlier version has written")
struct RecordedJournalTests {
    private let line = OutsideLine(isUp: true)

    @Test("are replayed, and go on as they would have then", arguments: ["errand", "patience", "work", "rounds"])
    func goesOn(name: String) throws {
        let recorded = try RecordedInstance(named: name)
        let store = MemoryStore()
        _ = try store.commit(
            CommitBatch(units: [CommitUnit(writes: recorded.writes(component: "work", instance: 1))]))
        var options = Simulation.Options()
        options.start = Timestamp(microseconds: recorded.at)
        let simulation = try Simulation(store: store, options: options, components: [work(name), till()])
        try goOn(name, simulation)
        let row = try #require(try store.makeReader().instance(1))
        let result = row.result.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let published = try published(in: simulation)
        #expect(published + ["\(row.status.rawValue) \(result)"] == recorded.published)
        #expect(try store.makeReader().openIncidents(after: 0, limit: 1).isEmpty)
    }

    private func work(_ name: String) -> Component {
        Component("work") {
            switch name {
            case "errand": Processes(RecordedErrand())
            case "patience": Processes(RecordedPatience())
            case "work": Processes(RecordedWork(line: line))
            default: Processes(RecordedRounds())
            }
        }
    }

    /// What happened to the instance after it was recorded.
    private func goOn(_ name: String, _ simulation: Simulation) throws {
        guard name == "patience" else { return simulation.run(for: .days(30)) }
        simulation.run(for: .days(2))
        try simulation.publish(Refunded(orderID: "y"), as: "till")
        simulation.run(for: .days(2))
        try simulation.publish(Charged(orderID: "z", amount: 1), as: "till")
    }

    private func published(in simulation: Simulation) throws -> [String] {
        try simulation.log().filter { $0.envelope.source != "till" }.map {
            "\($0.envelope.name) \($0.envelope.id) \(String(decoding: $0.envelope.payload.bytes, as: UTF8.self))"
        }
    }
}
