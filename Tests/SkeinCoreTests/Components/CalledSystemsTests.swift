import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("The outside systems of a component")
struct CalledSystemsTests {
    private let store = MemoryStore()

    private func simulation(_ options: Simulation.Options = .init()) throws -> Simulation {
        try SkeinCoreTests.simulation(options, store: store) { start, flow in
            let system = start.id.isEmpty ? nil : start.id
            return try await flow.perform("call", ActivityOptions(system: system)) { _ in "done" }
        }
    }

    private func entry() throws -> CatalogueEntry {
        let data = try #require(try store.makeReader().catalogue(of: "work"))
        return try PayloadCoder.json.decode(CatalogueEntry.self, from: data)
    }

    @Test(
        "are in its entry of the catalogue once they were called, also after the last call", arguments: [false, true])
    func called(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let simulation = try simulation(options)
        #expect(try entry().systems.isEmpty)
        for name in ["line", "", "fax", "line"] { try simulation.publish(JobRequested(id: name), as: "work") }
        try #require(simulation.runToEnd())
        #expect(try entry().systems == ["fax", "line"])
        #expect(try store.makeReader().activitySystems(component: "work").isEmpty)
    }

    @Test("stay there when the component starts again, and are joined by others")
    func restarted() throws {
        try simulation().publish(JobRequested(id: "line"), as: "work")
        let before = try entry()
        #expect(before.systems == ["line"])
        let simulation = try simulation()
        #expect(try entry() == before)
        try simulation.publish(JobRequested(id: "fax"), as: "work")
        #expect(try entry().systems == ["fax", "line"])
    }

    @Test("are written down up to a number, for there may be one for each customer")
    func bound() throws {
        let store = CommitLogStore()
        let known = (1..<CatalogueEntry.knownSystems).map { "customer \($0)" }
        let entry = CatalogueEntry(
            component: "work", publishes: [], consumes: [], definitions: [], projections: [], systems: known)
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: [entry.write()])]))
        let process = Scripted { start, flow in
            try await flow.perform("call", ActivityOptions(system: start.id)) { _ in "done" }
        }
        let simulation = try Simulation(store: store, components: [Component("work") { Processes(process) }])
        for name in ["line", "fax", "post"] { try simulation.publish(JobRequested(id: name), as: "work") }
        let counts = try store.writes.joined().compactMap { write in
            guard case .putCatalogue(_, let data) = write else { return nil as Int? }
            return try PayloadCoder.json.decode(CatalogueEntry.self, from: data).systems.count
        }
        // The second is from the start, which adds the process.
        #expect(
            counts == [CatalogueEntry.knownSystems - 1, CatalogueEntry.knownSystems - 1, CatalogueEntry.knownSystems])
        #expect(try simulation.results() == ["done", "done", "done"])
    }

    @Test("are none in an entry that an earlier version wrote")
    func earlier() throws {
        let text = #"{"component":"work","consumes":[],"definitions":[],"projections":[],"publishes":[]}"#
        let entry = try PayloadCoder.json.decode(CatalogueEntry.self, from: .init(text.utf8))
        #expect(entry.systems.isEmpty && entry.component == "work")
    }
}
