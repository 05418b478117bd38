import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

@Suite("Retention of the log")
struct LogRetentionTests {
    private let store = MemoryStore()

    private func options(
        _ retention: LogRetention?, crashing: Bool = false, window: Duration = .days(7)
    ) -> Simulation.Options {
        var options = Simulation.Options()
        options.order = .arrival
        options.crashesAtEveryCommit = crashing
        options.configuration.logRetention = retention
        options.configuration.inboxWindow = window
        return options
    }

    private var reader: any StoreReader { get throws { try store.makeReader() } }

    private func publish(_ orders: some Sequence<Int>, in simulation: Simulation) throws {
        for order in orders { try simulation.publish(OrderPlaced(orderID: "\(order)"), as: "shop") }
    }

    /// A component that takes note of each order; it fails for the order `bad`.
    private func shop(_ ledger: Ledger, from start: StartingPoint = .now) -> Component {
        Component("shop", from: start) {
            Handle(OrderPlaced.self) { order, _ in
                if order.orderID == "bad" { throw NotNow() }
                ledger.note(order.orderID)
            }
        }
    }

    private struct NotNow: Error {}

    @Test("removes what is older, in chunks, and leaves the newest message", arguments: [false, true])
    func age(crashing: Bool) throws {
        let ledger = Ledger()
        let simulation = try Simulation(
            store: store, options: options(LogRetention(age: .days(1)), crashing: crashing), components: [shop(ledger)])
        let trims = Mutexed<[Int64]>([])
        let reader = try reader
        try publish(0..<2500, in: simulation)
        store.onCommit { _, _ in
            let trimmed = (try? reader.trimmedPosition()) ?? 0
            if trimmed != trims.value.last ?? 0 { trims.value.append(trimmed) }
        }
        simulation.run(for: .hours(23))
        #expect(try reader.trimmedPosition() == 0)
        simulation.run(for: .hours(8))
        store.onCommit(nil)
        #expect(try simulation.log().map(\.position) == [2500])
        #expect(trims.value == [1000, 2000, 2499])
        try publish(2500..<2503, in: simulation)
        #expect(Set(ledger.entries) == Set((0..<2503).map(String.init)))
    }

    @Test("keeps a number of messages, but none that is younger than the replay horizon is removed")
    func count() throws {
        let retention = LogRetention(messages: 10, replayHorizon: .hours(1))
        let simulation = try Simulation(store: store, options: options(retention), components: [shop(Ledger())])
        try publish(0..<30, in: simulation)
        simulation.run(for: .minutes(59))
        #expect(try simulation.log().count == 30)
        simulation.run(for: .hours(1))
        #expect(try simulation.log().map(\.position) == Array(21...30))
    }

    @Test("stays below a parked message until it was handled, also over crashes", arguments: [false, true])
    func parked(crashing: Bool) throws {
        let retention = LogRetention(age: .hours(1), messages: 1)
        let simulation = try Simulation(
            store: store, options: options(retention, crashing: crashing), components: [shop(Ledger())])
        try publish(0..<3, in: simulation)
        try simulation.publish(OrderPlaced(orderID: "bad"), as: "shop")
        try publish(4..<9, in: simulation)
        simulation.run(for: .days(30))
        #expect(try reader.trimmedPosition() == 3)
        let incident = try #require(try reader.openIncidents(after: 0, limit: 9).first)
        // It is carried out again after a crash, and refused then.
        try simulation.perform { _ = try? await $0.perform(.skip(incident: incident.id)) }
        simulation.run(for: .hours(6))
        #expect(try simulation.log().map(\.position) == [9])
    }

    @Test("stays below the place of a subscription that does not run now")
    func retired() throws {
        let other = Component("other") { Handle(OrderPlaced.self) { _, _ in } }
        let both = try Simulation(store: store, components: [shop(Ledger()), other])
        try publish(0..<5, in: both)
        let alone = try Simulation(
            store: store, options: options(LogRetention(messages: 1)), components: [shop(Ledger())])
        try publish(5..<9, in: alone)
        alone.run(for: .days(1))
        #expect(try reader.trimmedPosition() == 5)
        #expect(try reader.logHolds().first?.reason == .place(subscription: "other/handlers"))
    }

    @Test("begins again when many messages have come, however long the pause")
    func growth() throws {
        let simulation = try Simulation(
            store: store, options: options(LogRetention(messages: 100)), components: [shop(Ledger())])
        simulation.run(for: .days(10))
        try publish(0..<9000, in: simulation)
        #expect(try reader.trimmedPosition() > 8000)
    }

    @Test("passes a subscription that takes no interest in what comes")
    func indifferent() throws {
        let other = Component("other") { Handle(Charged.self) { _, _ in } }
        let simulation = try Simulation(
            store: store, options: options(LogRetention(messages: 1)), components: [shop(Ledger()), other])
        try publish(0..<5, in: simulation)
        simulation.run(for: .minutes(3))
        #expect(try simulation.log().map(\.position) == [5])
        try publish(5..<9, in: simulation)
        try simulation.perform { _ = try await $0.trimLog(LogRetention(messages: 1)) }
        #expect(try simulation.log().map(\.position) == [9])
    }

    @Test("stays below a message that waits for a suspended instance, which takes it when it is resumed")
    func mailbox() throws {
        let simulation = try Simulation(
            store: store, options: options(LogRetention(messages: 1)),
            components: [
                Component("work") {
                    Processes(Scripted { _, flow in "\(try await flow.wait(for: Charged.self, key: "x").amount)" })
                }, Component("till") { Handle(Charged.self) { _, _ in } },
            ])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.publish(Charged(orderID: "x", amount: 3), as: "till")
        for number in 0..<1200 { try simulation.publish(Charged(orderID: "\(number)", amount: 0), as: "till") }
        simulation.run(for: .hours(1))
        #expect(try reader.trimmedPosition() == 1)
        #expect(try reader.logHolds().first?.reason == .mailbox(instance: id))
        try simulation.perform { try await $0.resume(instance: id) }
        simulation.run(for: .hours(6))
        #expect(try simulation.results() == ["3"])
        #expect(try reader.trimmedPosition() > 1000)
    }

    @Test("a message that comes again after it was removed is dropped, for as long as the inbox remembers")
    func redelivered() throws {
        let ledger = Ledger()
        let simulation = try Simulation(
            store: store, options: options(LogRetention(messages: 1), window: .days(2)), components: [shop(ledger)])
        try publish(0..<3, in: simulation)
        let first = try #require(try simulation.log().first?.envelope)
        func deliverAgain() throws {
            _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(first)])]))
            simulation.run(for: .seconds(1))
        }
        simulation.run(for: .hours(47))
        #expect(try reader.trimmedPosition() == 2)
        try deliverAgain()
        #expect(ledger.entries == ["0", "1", "2"])
        simulation.run(for: .hours(8))
        #expect(try reader.oldestInbox() == nil)
        try deliverAgain()
        #expect(ledger.entries == ["0", "1", "2", "0"])
    }

    @Test("a subscription that is to begin with the first message does not start, unless that is accepted")
    func beginning() throws {
        let simulation = try Simulation(
            store: store, options: options(LogRetention(messages: 2)), components: [shop(Ledger())])
        try publish(0..<5, in: simulation)
        simulation.run(for: .minutes(2))
        let late = Ledger()
        let other = Component("other", from: .beginning) {
            Handle(OrderPlaced.self) { order, _ in late.note(order.orderID) }
        }
        let error = #expect(throws: ConfigurationError.self) { try Simulation(store: store, components: [other]) }
        #expect(error?.description.contains("the log begins at message 4") == true)
        #expect(error?.description.contains("other/handlers") == true)
        var accepting = Simulation.Options()
        (accepting.order, accepting.configuration.acceptsTrimmedLog) = (.arrival, true)
        _ = try Simulation(store: store, options: accepting, components: [other])
        #expect(late.entries == ["3", "4"])
        #expect(try reader.position(of: "other/handlers")?.position == 5)
    }

    @Test("on request removes what is asked for, and tells what holds the rest")
    func request() throws {
        let simulation = try Simulation(store: store, options: options(nil), components: [shop(Ledger())])
        try publish(0..<2500, in: simulation)
        let report = Mutexed<LogTrimReport?>(nil)
        try simulation.perform { report.value = try await $0.trimLog(LogRetention(messages: 100)) }
        #expect(report.value?.trimmedThrough == 2400)
        #expect(report.value?.removed == 2400)
        #expect(report.value?.holds == ["subscription 'shop/handlers' goes on with message 2501"])
        let again = try store.trimLog(LogRetention(messages: 50), now: simulation.clock.now)
        #expect(again.trimmedThrough == 2450)
        #expect(again.removed == 50)
    }

    @Test("limits that make no sense are refused")
    func limits() throws {
        var configuration = RuntimeConfiguration()
        configuration.logRetention = LogRetention(age: .zero, messages: 0, replayHorizon: .seconds(-1))
        let error = #expect(throws: ConfigurationError.self) {
            try Runtime(store: store, configuration: configuration, components: [shop(Ledger())])
        }
        for part in ["its age is P0D", "its messages are 0", "its replayHorizon is -PT1S"] {
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
    }
}

@Suite("Retention of ended instances")
struct InstanceRetentionTests {
    @Test("removes a long journal a part at a time, with the instance's incidents, and nothing of others")
    func journal() throws {
        let store = MemoryStore()
        let start = Simulation.Options().start
        func instance(_ id: InstanceID, _ status: InstanceStatus) -> InstanceRow {
            InstanceRow(
                id: id, component: "work", process: "scripted", key: "\(id)", version: 1, notation: .code,
                status: status, shard: 0, seed: Seed(high: 0, low: 0), correlationID: MessageID("c"), startedAt: start,
                endedAt: status.isEnded ? start : nil)
        }
        func entry(_ id: InstanceID, _ seq: Int64) -> StoreWrite {
            .appendJournal(JournalRow(instance: id, seq: seq, kind: "attempt", body: .init("{}".utf8), at: start))
        }
        func incident(_ id: IncidentID, of instance: InstanceID) -> StoreWrite {
            var row = IncidentRow(
                id: id, component: "work", kind: "instance", instance: instance, cause: "fault", error: "e", at: start)
            (row.resolvedAt, row.resolution) = (start, "retried")
            return .putIncident(row)
        }
        let rows: [StoreWrite] =
            [.putInstance(instance(1, .completed)), .putInstance(instance(2, .suspended)), incident(1, of: 1)]
            + [incident(2, of: 2), entry(2, 1)] + (1...12_000).map { entry(1, $0) }
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: rows)]))
        var options = Simulation.Options()
        options.configuration.keepsEndedInstances = .days(1)
        let simulation = try simulation(options, store: store) { _, _ in "" }
        let reader = try store.makeReader()
        let left = Mutexed<[Int]>([12_000])
        store.onCommit { _, _ in
            let count = (try? reader.journal(of: 1, after: 0, limit: .max).count) ?? 0
            if count != left.value.last { left.value.append(count) }
        }
        simulation.run(for: .days(2))
        #expect(left.value == [12_000, 7000, 2000, 0])
        #expect(try reader.instance(1) == nil)
        #expect(try reader.incident(1) == nil)
        #expect(try reader.instance(2) != nil)
        #expect(try reader.incident(2) != nil)
        #expect(try reader.journalEnd(of: 2) == 1)
    }

    @Test("removes in time also a saga that got messages after its end, so that its key begins anew")
    func late() throws {
        let store = MemoryStore()
        var options = Simulation.Options()
        options.configuration.keepsEndedInstances = .hours(1)
        let shop = Component("shop") { Sagas(DeliverySaga.self) }
        let simulation = try Simulation(store: store, options: options, components: [shop, till()])
        let reader = try store.makeReader()
        func saga() throws -> InstanceRow? { try reader.instance(component: "shop", process: "delivery", key: "a") }
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        for _ in 1...2 { try simulation.send(Charge(orderID: "a", amount: 1)) }
        #expect(try saga()?.status == .completed)
        #expect(simulation.runtime.counts.unmatched == 1, "the second of these came after the end")
        simulation.run(for: .hours(4))
        #expect(try saga() == nil)
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        #expect(try saga()?.status == .running)
    }
}
