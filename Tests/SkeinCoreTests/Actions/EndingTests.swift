import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("The end of an instance")
struct EndingTests {
    let store = MemoryStore()
    let reader: any StoreReader

    init() throws { reader = try store.makeReader() }

    private func booking(_ world: World, _ end: (@Sendable () throws -> Void)? = nil) throws -> Simulation {
        try simulation(store: store) { _, flow in
            let undo = ActivityOptions(retry: .never)
            for step in ["hotel", "car"] {
                try await flow.perform(
                    "book \(step)",
                    undo: Undo<String>("cancel \(step)", undo) { booked, _ in try world.call("-\(booked)") }
                ) { _ in step }
            }
            try end?()
            try await flow.sleep(for: .hours(1))
            return "done"
        }
    }

    @Test("with a business error undoes activities in reverse order, with their results")
    func businessError() throws {
        let world = World()
        let simulation = try booking(world) { throw Declined(reason: "no flight") }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(world.calls == ["-car", "-hotel"])
        let row = try #require(try simulation.instance(of: store))
        #expect(row.status == .failed)
        #expect(row.result.map { String(decoding: $0, as: UTF8.self) }?.contains(#""error":"Declined""#) == true)
    }

    @Test("cannot be asked for twice: a cancellation while it undoes is refused and hides no incident")
    func cancelWhileUndoing() throws {
        let world = World(failing: 1)
        let simulation = try booking(world)
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.cancel(instance: id) }
        #expect(try reader.openIncidents(after: 0, limit: 9).map(\.cause) == ["cancel car"])
        let error = #expect(throws: ActionError.self) {
            try simulation.perform { try await $0.cancel(instance: id) }
        }
        #expect(error?.code == .isUndoing)
        #expect(error?.description.contains("is undoing what it has done already") == true)
        #expect(try reader.openIncidents(after: 0, limit: 9).count == 1)
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(world.calls == ["-car", "-car", "-hotel"])
        #expect(try simulation.instance(of: store)?.status == .canceled)
    }

    @Test("can be had without its code, which then undoes nothing", arguments: [false, true])
    func terminate(offline: Bool) throws {
        let world = World()
        let before = try booking(world)
        try before.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try before.instance(of: store)?.id)
        let after = try simulation(store: store) { _, _ in "other code" }
        after.run(for: .hours(1))
        #expect(try reader.openIncidents(after: 0, limit: 9).map(\.cause) == ["journalMismatch"])
        // It takes the cancellation, but has no code that could react to it.
        try after.perform { try await $0.cancel(instance: id) }
        #expect(try after.instance(of: store)?.status == .parked)
        #expect(try reader.openIncidents(after: 0, limit: 9).map(\.cause) == ["journalMismatch"])
        if offline {
            _ = try store.carryOut(.terminate(instance: id, reason: "test"), at: after.clock.now)
        } else {
            try after.perform { try await $0.terminate(instance: id) }
        }
        #expect(try after.instance(of: store)?.status == .canceled)
        #expect(world.calls.isEmpty)
        #expect(try reader.openIncidents(after: 0, limit: 9).isEmpty)
        #expect(try reader.timers(of: id).isEmpty && reader.waits(of: id).isEmpty)
        #expect(try reader.journal(of: id, after: 0, limit: 99).last?.kind == "terminate")
    }

    @Test("comes to an instance whose process is not deployed any more, while the runtime runs")
    func withoutCode() throws {
        let before = try simulation(store: store) { _, flow in
            try await flow.sleep(for: .hours(1))
            return ""
        }
        try before.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(before.instance(of: store)?.id)
        let after = try Simulation(store: store, components: [Component("work") { Handle(Tick.self) { _, _ in } }])
        try after.perform { try await $0.terminate(instance: id) }
        #expect(try after.instance(of: store)?.status == .canceled)
        #expect(try reader.timers(of: id).isEmpty && reader.waits(of: id).isEmpty)
    }

    @Test("is no restart while there is something to undo")
    func restart() throws {
        let simulation = try simulation(store: store) { start, flow in
            try await flow.perform("book", undo: Undo<String>("cancel") { _, _ in }) { _ in "hotel" }
            try flow.restart(with: start)
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let incident = try #require(try reader.openIncidents(after: 0, limit: 9).first)
        #expect(incident.error.contains("would forget 1 activities that undo what has been completed"))
    }

    @Test("is refused for entities, which have none")
    func entities() throws {
        let simulation = try Simulation(store: store, components: [Component("safe") { Entities(OldSafe.self) }])
        try simulation.send(PutIn(safe: "s", cents: 5))
        for end in [OperatorAction.cancel(instance: 1, reason: ""), .terminate(instance: 1, reason: "")] {
            let error = #expect(throws: ActionError.self) {
                try simulation.perform { _ = try await $0.perform(end) }
            }
            #expect(error?.code == .noEnd)
            #expect(error?.description.contains("is an entity, which has no end") == true)
        }
    }
}
