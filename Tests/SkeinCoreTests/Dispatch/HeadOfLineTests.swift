import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("A handler in trouble")
struct HeadOfLineTests {
    /// What ails the outside system of the handler of ticks.
    enum Trouble: CaseIterable {
        /// It never answers, and the handler does not give up.
        case hangs
        /// It never answers, and each attempt ends after a minute.
        case timesOut
        /// It refuses at once.
        case fails
    }

    let store = MemoryStore()
    let gate = Gate()
    let ticks = Ledger()
    let orders = Ledger()
    let gauge = Gauge()
    let isUp = Mutexed(false)

    /// Ticks need an outside system; orders do not.
    private func component(_ trouble: Trouble) -> Component {
        let (gate, ticks, orders, gauge, isUp) = (gate, ticks, orders, gauge, isUp)
        return Component("notes") {
            Handle(Tick.self) { tick, _ in
                if !isUp.value {
                    guard trouble != .fails else { throw Unreachable() }
                    gauge.enter()
                    await gate.wait()
                    gauge.leave()
                }
                ticks.note("\(tick.key) \(tick.number)")
            }.timeout(trouble == .hangs ? .days(1) : .minutes(1))
            Handle(OrderPlaced.self) { order, _ in orders.note(order.orderID) }
        }
    }

    private func simulation(_ components: [Component]) throws -> Simulation {
        var options = Simulation.Options()
        options.order = .arrival
        (options.configuration.bufferedMessages, options.configuration.concurrentHandlers) = (8, 2)
        options.configuration.bufferedMessagesPerKey = 3
        return try Simulation(store: store, options: options, components: components)
    }

    @Test(
        "holds up no other handler of its component, keeps its limits, and its messages stay in order",
        arguments: Trouble.allCases)
    func outage(trouble: Trouble) throws {
        let simulation = try simulation([component(trouble)])
        let engine = try #require(simulation.runtime.handlerEngine("notes/handlers"))
        for number in 1...200 {
            for key in ["a\(number % 40)", "b"] {
                try simulation.publish(Tick(key: key, number: number), as: "clock")
            }
            try simulation.publish(OrderPlaced(orderID: "\(number)"), as: "shop")
            #expect(engine.lanes.queued <= 2 * 8)
        }
        simulation.run(for: .minutes(1))
        #expect(orders.entries.count == 200 && Set(orders.entries).count == 200)
        simulation.run(for: .hours(1))
        #expect(ticks.entries.isEmpty)
        #expect(engine.lanes.queued <= 8 && engine.lanes.tried <= 8)
        if trouble == .hangs { #expect(gauge.peak == 2) }
        isUp.value = true
        gate.open()
        simulation.run(for: .minutes(30))
        for key in (0..<40).map({ "a\($0)" }) + ["b"] {
            let handled = ticks.entries.filter { $0.hasPrefix("\(key) ") }
            let expected = (1...200).filter { key == "b" || key == "a\($0 % 40)" }.map { "\(key) \($0)" }
            // Attempts that were given up have ended late, and are made again.
            #expect(trouble == .timesOut ? Set(handled) == Set(expected) : handled == expected)
        }
        #expect(try store.makeReader().parkedHeads(subscription: "notes/handlers", after: nil, limit: 9).isEmpty)
    }

    @Test("that is merely busy parks nothing")
    func busy() throws {
        isUp.value = true
        let simulation = try simulation([component(.fails)])
        try simulation.perform { runtime in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...500 {
                    group.addTask {
                        _ = try await runtime.client(as: "clock").publish(Tick(key: "\(number)", number: number))
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(ticks.entries.count == 500)
        #expect(simulation.runtime.counts.parked == 0)
    }

    @Test("parks its messages at once when half its slots are taken, and not before")
    func short() throws {
        let simulation = try simulation([component(.fails)])
        for number in 1...4 { try simulation.publish(Tick(key: "k\(number)", number: number), as: "clock") }
        #expect(simulation.runtime.counts.parked == 0)
        for number in 5...8 { try simulation.publish(Tick(key: "k\(number)", number: number), as: "clock") }
        #expect(simulation.runtime.counts.parked == 4)
        #expect(simulation.runtime.messagesInHand == 4)
        let heads = try store.makeReader().parkedHeads(subscription: "notes/handlers", after: nil, limit: 9)
        #expect(heads.map(\.state) == [.retrying, .retrying, .retrying, .retrying])
        #expect(heads.allSatisfy { $0.nextAt != nil && $0.attempts == 1 })
    }

    @Test("counts a message behind it in its key for itself, not for the handler that is to take that message")
    func mixedKeys() throws {
        let (gate, orders) = (gate, orders)
        let mixed = Component("notes") {
            Handle(Tick.self) { _, _ in await gate.wait() }.timeout(.days(1))
            Handle(Note.self) { note, _ in orders.note(note.text) }
        }
        let simulation = try simulation([mixed, Component("clock") { Publishes(Tick.self) }])
        for key in ["a", "b", "c", "d"] {
            try simulation.publish(Tick(key: key, number: 1), as: "clock")
            for _ in 1...2 { try simulation.publish(Note(text: key), as: "notes") }
        }
        let engine = try #require(simulation.runtime.handlerEngine("notes/handlers"))
        #expect(engine.lanes.shares.map(\.queued.taken) == [8, 0])
        gate.open()
        simulation.run(for: .minutes(1))
        #expect(Set(orders.entries) == ["a", "b", "c", "d"] && orders.entries.count == 8)
    }

    @Test("that has limits of its own keeps them, and others keep theirs")
    func ownLimits() throws {
        let (narrow, wide) = (Gauge(), Gauge())
        let component = Component("notes") {
            Handle(Tick.self) { _, _ in await narrow.pass() }.limit(concurrency: 1, buffered: 2)
            Handle(OrderPlaced.self) { _, _ in await wide.pass() }.limit(concurrency: 5)
        }
        let simulation = try simulation([component])
        try simulation.perform { runtime in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...30 {
                    group.addTask {
                        let client = runtime.client(as: "clock")
                        _ = try await client.publish(Tick(key: "\(number)", number: number))
                        _ = try await runtime.client(as: "shop").publish(OrderPlaced(orderID: "\(number)"))
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(narrow.peak == 1)
        #expect(wide.peak == 5)
        #expect(simulation.runtime.counts.handled == 60)
    }

    @Test("whose own limits admit nothing is refused")
    func wrongLimits() {
        let component = Component("notes") {
            Handle(Tick.self) { _, _ in }.limit(concurrency: 0, buffered: -1)
        }
        let error = #expect(throws: ConfigurationError.self) { try simulation([component]) }
        for problem in ["concurrency is 0; it must be 1 or more", "buffered is -1; it must be 1 or more"] {
            #expect(error?.description.contains(problem) == true)
        }
    }
}
