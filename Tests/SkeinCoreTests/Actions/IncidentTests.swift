import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("An operator's action on an incident")
struct IncidentTests {
    /// How an action reaches the store.
    enum Way: CaseIterable {
        case live, crashing, offline
    }

    let store = MemoryStore()
    let outside = Outside()

    /// Runs components until they rest, acts in one of the ways, and runs on; the simulation afterwards.
    func repair(
        _ way: Way, _ components: [Component], then mended: [Component]? = nil,
        before: (Simulation) throws -> Void, _ action: (IncidentRow) -> OperatorAction
    ) throws -> Simulation {
        let first = try Simulation(store: store, components: components)
        try before(first)
        let incident = try #require(try store.openIncidents().first)
        outside.mend()
        var options = Simulation.Options()
        (options.start, options.seed) = (first.clock.now, 2)
        options.crashesAtEveryCommit = way == .crashing
        if way == .offline { _ = try store.carryOut(action(incident), at: first.clock.now) }
        let second = try Simulation(store: store, options: options, components: mended ?? components)
        if way != .offline { try second.operate(action(incident)) }
        second.run(for: .seconds(1))
        return second
    }

    func resolutions() throws -> [String?] {
        let reader = try store.makeReader()
        return try (1...(try reader.highWater().incident.rawValue)).map {
            try reader.incident(IncidentID(rawValue: $0))?.resolution
        }
    }

    @Test("retries a parked message, and those behind it follow in order", arguments: Way.allCases)
    func retry(way: Way) throws {
        let simulation = try repair(
            way, [stock(outside)],
            before: { simulation in
                for amount in [1, 2, 3] {
                    try simulation.publish(OrderPlaced(orderID: "a", amount: amount), as: "shop")
                }
            }, { .retry(incident: $0.id) })
        #expect(Array(Set(outside.ledger.entries)).sorted() == ["a 1", "a 2", "a 3"])
        #expect(way == .crashing || outside.ledger.entries == ["a 1", "a 2", "a 3"])
        #expect(try store.openIncidents().isEmpty)
        #expect(try resolutions() == ["retried"])
        #expect(try store.makeReader().parkedHeads(subscription: "stock/handlers", after: nil, limit: 9).isEmpty)
        _ = simulation
    }

    @Test("skips a parked message, and those behind it follow", arguments: Way.allCases)
    func skip(way: Way) throws {
        _ = try repair(
            way, [stock(outside)],
            before: { simulation in
                for amount in [1, 2] {
                    try simulation.publish(OrderPlaced(orderID: "a", amount: amount), as: "shop")
                }
            }, { .skip(incident: $0.id) })
        #expect(Set(outside.ledger.entries) == ["a 2"])
        #expect(try resolutions() == ["skipped"])
    }

    @Test("replaces the payload for the subscription alone", arguments: Way.allCases)
    func edit(way: Way) throws {
        let payload = Data(#"{"orderID":"a","amount":7}"#.utf8)
        let simulation = try repair(
            way, [stock(outside)],
            before: { try $0.publish(MalformedOrder(id: "a"), as: "shop") },
            { .edit(incident: $0.id, payload: payload) })
        #expect(Set(outside.ledger.entries) == ["a 7"])
        #expect(try resolutions() == ["edited"])
        #expect(try simulation.log()[0].envelope.payload.bytes == Data(#"{"id":"a"}"#.utf8))
    }

    @Test("hands a dead letter to handlers that take it by now", arguments: Way.allCases)
    func deadLetter(way: Way) throws {
        _ = try repair(
            way, [stock(outside)], then: [stock(outside, since: SchemaVersion(2, 0, 0))],
            before: { try $0.publish(OrderPlaced2(orderID: "a"), as: "shop") },
            { .edit(incident: $0.id, payload: Data(#"{"orderID":"a","amount":2}"#.utf8)) })
        #expect(Set(outside.ledger.entries) == ["a 2"])
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("sets a dead letter aside again when still nobody takes it", arguments: Way.allCases)
    func stillDead(way: Way) throws {
        _ = try repair(
            way, [stock(outside)], before: { try $0.publish(OrderPlaced2(orderID: "a"), as: "shop") },
            { .retry(incident: $0.id) })
        #expect(outside.ledger.entries.isEmpty)
        #expect(try resolutions() == ["retried", nil])
        #expect(try store.openIncidents().map(\.kind) == ["message"])
    }

    @Test("drops a dead letter visibly", arguments: Way.allCases)
    func skipDeadLetter(way: Way) throws {
        _ = try repair(
            way, [stock(outside)], before: { try $0.publish(OrderPlaced2(orderID: "a"), as: "shop") },
            { .skip(incident: $0.id) })
        #expect(try resolutions() == ["skipped"])
        #expect(try store.makeReader().parked(subscription: "stock/handlers", key: "a", after: 0, limit: 9).isEmpty)
    }

    @Test("hands a dead letter to an instance that has come to wait for it", arguments: Way.allCases)
    func unmatched(way: Way) throws {
        let shop = Component("shop") { Processes(Matching()) }
        let simulation = try repair(
            way, [shop],
            before: { simulation in
                try simulation.publish(Charged(orderID: "a", amount: 5), as: "till")
                try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
            }, { .retry(incident: $0.id) })
        let closed = try #require(try simulation.log().last).envelope
        #expect(closed.name == "shop.orderClosed")
        #expect(String(decoding: closed.payload.bytes, as: UTF8.self).contains("charged 5"))
        #expect(try store.openIncidents().isEmpty)
        #expect(try store.makeReader().parked(subscription: "shop/processes", key: "a", after: 0, limit: 9).isEmpty)
    }

    @Test("starts a process with an edited message", arguments: Way.allCases)
    func editedStart(way: Way) throws {
        let simulation = try repair(
            way, [Component("shop") { Processes(Charging()) }, till()],
            before: { try $0.publish(MalformedOrder(id: "a"), as: "shop") },
            { .edit(incident: $0.id, payload: Data(#"{"orderID":"a","amount":7}"#.utf8)) })
        #expect(try simulation.events() == ["shop.orderPlaced", "till.charged"])
        #expect(try store.openIncidents().isEmpty)
    }

    @Test("retries an activity", arguments: Way.allCases)
    func activity(way: Way) throws {
        let simulation = try repair(
            way, [Component("shop") { Processes(Fetching(outside: outside)) }],
            before: { try $0.publish(OrderPlaced(orderID: "a"), as: "shop") }, { .retry(incident: $0.id) })
        #expect(try simulation.events().last == "shop.orderClosed")
        #expect(try resolutions() == ["retried"])
    }

    @Test("retries everything of one cause")
    func bulk() throws {
        let simulation = try Simulation(store: store, components: [stock(outside)])
        for order in ["a", "b", "c"] { try simulation.publish(OrderPlaced(orderID: order), as: "shop") }
        try simulation.publish(OrderPlaced2(orderID: "d"), as: "shop")
        outside.mend()
        try simulation.begin { runtime in
            let report = try await runtime.repair(incidentsWithCause: "OrderPlaced", .retry)
            #expect(report.changes.compactMap(\.incident) == [1, 2, 3])
            #expect(report.refused.isEmpty)
        }
        #expect(Set(outside.ledger.entries) == ["a 10", "b 10", "c 10"])
        #expect(try store.openIncidents().map(\.cause) == ["deadLetter"])
    }

    @Test("that is unknown, or resolved already, is refused by name")
    func refused() throws {
        let simulation = try Simulation(store: store, components: [stock(outside)])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        outside.mend()
        try simulation.operate(.retry(incident: 1))
        for action in [OperatorAction.retry(incident: 1), .skip(incident: 1)] {
            let error = #expect(throws: ActionError.self) { try simulation.operate(action) }
            #expect(error?.description.hasPrefix("incident 1 is resolved already: it was retried at 2026-") == true)
            #expect(throws: ActionError.self) { try store.carryOut(action, at: .epoch) }
        }
        let unknown = #expect(throws: ActionError.self) { try simulation.operate(.retry(incident: 99)) }
        #expect(unknown?.description == "there is no incident 99")
    }

    @Test("with a payload that is no JSON is refused and changes nothing", arguments: ["", "{", "{\"a\":}", "no"])
    func badPayload(text: String) throws {
        let simulation = try Simulation(store: store, components: [stock(outside)])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        let error = #expect(throws: ActionError.self) {
            try simulation.operate(.edit(incident: 1, payload: Data(text.utf8)))
        }
        #expect(error?.description.hasPrefix("the payload for incident 1 is no JSON") == true)
        #expect(try store.openIncidents().count == 1)
    }

    @Test(
        "cannot skip or edit what a process waits for",
        arguments: [
            OperatorAction.skip(incident: 1), .edit(incident: 1, payload: Data("{}".utf8)),
        ])
    func activityNeedsOutcome(action: OperatorAction) throws {
        let simulation = try Simulation(
            store: store, components: [Component("shop") { Processes(Fetching(outside: outside)) }])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        let error = #expect(throws: ActionError.self) { try simulation.operate(action) }
        #expect(error?.description.contains("Retry it, or cancel instance 1") == true)
        #expect(try store.openIncidents().count == 1)
    }
}
