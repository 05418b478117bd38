import SkeinActions
import SkeinStorage
import ChildPrograms
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

/// The invariants of ARCHITECTURE.md, by number. Other suites test parts of them more closely.
@Suite("Invariants")
struct InvariantTests {
    private func options(crashing: Bool = false, duplicates: Bool = false) -> Simulation.Options {
        var options = Simulation.Options()
        (options.crashesAtEveryCommit, options.duplicates) = (crashing, duplicates)
        options.order = .arrival
        return options
    }

    @Test("1: a committed event reaches every subscription, and its effects happen once", arguments: [false, true])
    func deliveredOnce(crashing: Bool) throws {
        func echo(_ name: String) -> Component {
            Component(name) {
                Handle(Tick.self) { tick, context in try context.publish(Note(text: "\(name) \(tick.number)")) }
            }
        }
        let simulation = try Simulation(
            store: MemoryStore(), options: options(crashing: crashing, duplicates: true),
            components: ["one", "two", "three"].map(echo))
        for number in 1...20 { try simulation.publish(Tick(key: "k\(number % 3)", number: number), as: "clock") }
        let notes = try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject)
        #expect(notes.count == 60)
        #expect(Set(notes).count == 60)
    }

    @Test("2: messages of one key are handled in order, across failures, parking and crashes", arguments: 1...5)
    func order(number: Int) throws {
        let seed = UInt64(number)
        var options = options()
        options.seed = seed
        options.configuration.bufferedMessagesPerKey = 5
        let random = Mutex(SeededRandom(seed: seed))
        let echo = Component("notes") {
            Handle(Tick.self) { tick, context in
                if random.withLock({ $0.next() % 3 }) == 0 { throw Unreachable() }
                try context.publish(Note(text: "\(tick.key) \(tick.number)"))
            }.retry(RetryPolicy(attempts: nil, initialDelay: .seconds(20), factor: 1, jitter: 0.5))
        }
        let simulation = try Simulation(store: MemoryStore(), options: options, components: [echo])
        for number in 1...30 {
            for key in ["a", "b", "c"] { try simulation.publish(Tick(key: key, number: number), as: "clock") }
            if random.withLock({ $0.next() % 4 }) == 0 { simulation.crash() }
            simulation.run(for: .seconds(3))
        }
        simulation.run(for: .days(1))
        let notes = try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject)
        for key in ["a", "b", "c"] {
            #expect(notes.filter { $0.hasPrefix(key) } == (1...30).map { "\(key) \($0)" }, "seed \(seed)")
        }
    }

    @Test("3: no effect leaves before its commit, and no committed effect is forgotten")
    func effects() throws {
        let world = World()
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            try await flow.perform("act") { _ in
                try world.call("act")
                return "acted"
            }
        }
        // The message is committed, then the reaction to it is not: the process has not begun.
        let failing = Mutex(true)
        store.onCommit { batch, _ in
            let isStart = batch.units.contains { $0.appends.contains { $0.envelope.name == JobRequested.name } }
            if isStart, failing.withLock({ $0 }) { store.failNextCommit() }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        #expect(world.calls.isEmpty)
        #expect(try simulation.results().isEmpty)
        failing.withLock { $0 = false }
        simulation.crash()
        #expect(world.calls == ["act"])
        #expect(try simulation.results() == ["acted"])
    }

    @Test("4: reactions of one instance never overlap, while many things reach it at once")
    func serial() async throws {
        let inside = Atomic(0)
        let overlaps = Atomic(0)
        struct Busy: ProcessDefinition {
            static let name = "busy"
            static func key(of start: JobRequested) -> String { start.id }
            let enter: @Sendable () -> Void

            func run(_ start: JobRequested, _ flow: Flow) async throws -> Int {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            try await flow.perform("work \(number)") { _ in number }
                            enter()
                        }
                    }
                    try await group.waitForAll()
                }
                return 200
            }
        }
        let busy = Busy {
            if inside.add(1, ordering: .acquiringAndReleasing).newValue != 1 { overlaps.add(1, ordering: .relaxed) }
            for _ in 0..<20_000 { _ = inside.load(ordering: .relaxed) }
            inside.subtract(1, ordering: .acquiringAndReleasing)
        }
        let runtime = try Runtime(store: MemoryStore(), Component("work") { Processes(busy) })
        runtime.start()
        try await runtime.client(as: "work").publish(JobRequested(id: "a"))
        let outcome = try await runtime.outcome(of: "busy", key: "a", in: "work", within: .patience)
        await runtime.stop()
        #expect(outcome != .accepted)
        #expect(overlaps.load(ordering: .relaxed) == 0)
    }

    @Test("5: a position never passes a message that is neither handled nor parked")
    func positions() throws {
        let gate = Gate()
        let store = MemoryStore()
        let slow = Component("notes") {
            Handle(Tick.self) { tick, _ in if tick.key == "slow" { await gate.wait() } }.timeout(.days(1))
        }
        let simulation = try Simulation(store: store, options: options(), components: [slow])
        for number in 1...10 {
            try simulation.publish(Tick(key: number == 4 ? "slow" : "k\(number)", number: number), as: "clock")
        }
        let row = try #require(try store.makeReader().position(of: "notes/handlers"))
        #expect(row.position == 3)
        #expect(row.completed == [5...10])
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(try store.makeReader().position(of: "notes/handlers")?.position == 10)
    }

    @Test("6: a wait exists before the command that provokes its answer leaves")
    func waitFirst() throws {
        let store = MemoryStore()
        let missing = Mutex(0)
        store.onCommit { batch, outcomes in
            for case .committed(let records) in outcomes {
                for record in records where record.envelope.name == Charge.name {
                    let waits = try? store.makeReader().waits(
                        component: "work", type: Charged.name, key: "caused-by:\(record.envelope.id)",
                        admitting: .max, after: .start, limit: 1)
                    if waits?.isEmpty ?? true { missing.withLock { $0 += 1 } }
                }
            }
        }
        let simulation = try Simulation(
            store: store, options: options(), components: [Component("work") { Processes(TwoCharges()) }, till()])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try simulation.results() == ["[1, 2]"])
        #expect(missing.withLock { $0 } == 0)
    }

    @Test("7: timers fire once, never early, and not when canceled", arguments: [false, true], [4, 10_000])
    func timers(crashing: Bool, inMemory: Int) throws {
        var options = options(crashing: crashing)
        options.configuration.timersInMemory = inMemory
        let simulation = try simulation(options) { start, flow in
            let minutes = Int(start.id) ?? 0
            let due = flow.now.advanced(by: .minutes(minutes))
            _ = try await flow.wait(for: Charged.self, key: "nobody", until: .minutes(minutes))
            return flow.now == due ? "on time" : "at \(flow.now) instead of \(due)"
        }
        for number in (1...30).reversed() { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == Array(repeating: "on time", count: 30))
        let dones = try simulation.log().filter { $0.envelope.name == JobDone.name }.map(\.envelope.subject)
        #expect(dones == (1...30).map { "\($0)" })
    }

    @Test("7: a timer whose wait has ended never fires, whenever the machine fails", arguments: [false, true])
    func canceledTimers(crashing: Bool) throws {
        var options = options()
        options.crashesAtEveryCommit = crashing
        let store = MemoryStore()
        let simulation = try Simulation(
            store: store, options: options,
            components: [
                Component("work") {
                    Processes(
                        Scripted { start, flow in
                            let charged = try await flow.wait(for: Charged.self, key: "x", until: .hours(2)) ?? nil
                            let late = try await flow.wait(for: Charged.self, key: "x", until: .hours(2))
                            return "\(charged != nil) \(late != nil) \(flow.now)"
                        })
                }, till(),
            ])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        try simulation.send(Charge(orderID: "x", amount: 1))
        let id = try #require(try store.makeReader().instance(component: "work", process: "scripted", key: "a")?.id)
        #expect(try store.makeReader().timers(of: id).count == 1, "the first wait's timer went with it")
        simulation.run(for: .days(1))
        #expect(try simulation.results() == ["true false 2026-01-01T03:00:00Z"])
    }

    @Test("8: crashes, duplicates and evictions change nothing of what a process does", arguments: 1...12)
    func replay(seed: Int) throws {
        func log(_ options: Simulation.Options) throws -> [String] {
            let simulation = try simulation(options) { _, flow in try await randomWalk(flow, seed: seed) }
            for id in ["a", "b", "c"] { try simulation.publish(JobRequested(id: id), as: "work") }
            simulation.run(for: .days(10))
            return try simulation.log().map { record in
                let payload = String(decoding: record.envelope.payload.bytes, as: UTF8.self)
                return "\(record.envelope.time) \(record.envelope.name) \(record.envelope.subject) \(payload)"
            }.sorted()
        }
        let plain = try log(options())
        #expect(plain.filter { $0.contains("work.jobDone") }.count == 3)
        #expect(try log(options(crashing: true)) == plain, "crashes, seed \(seed)")
        #expect(try log(options(duplicates: true)) == plain, "duplicates, seed \(seed)")
        var evicting = options()
        evicting.configuration.liveInstances = 1
        #expect(try log(evicting) == plain, "evictions, seed \(seed)")
    }

    @Test("9: bad input gets a clear error that names the place, and changes nothing")
    func badInput() throws {
        struct Huge: Event {
            static let name: MessageName = "clock.huge"
            var text: String
        }
        let simulation = try Simulation(store: MemoryStore(), components: [till()])
        do {
            try simulation.publish(Huge(text: String(repeating: "x", count: 2_000_000)), as: "clock")
            Issue.record("a payload over the limit was taken")
        } catch let error as MessageError {
            #expect(error.code == .payloadTooLarge)
            #expect(error.message.contains("clock.huge"))
        }
        #expect(try simulation.log().isEmpty)
    }

    @Test("10: what is not delivered is parked, counted and visible")
    func nothingDropped() throws {
        let store = MemoryStore()
        let broken = Component("notes") {
            Handle(Tick.self) { _, _ in throw Unreachable() }.retry(RetryPolicy(attempts: 3, jitter: 0))
        }
        let simulation = try Simulation(store: store, options: options(), components: [broken])
        for number in 1...25 { try simulation.publish(Tick(key: "k\(number % 5)", number: number), as: "clock") }
        simulation.run(for: .days(1))
        let reader = try store.makeReader()
        #expect(try reader.openIncidents(after: 0, limit: 100).count == 5)
        let parked = try (0..<5).flatMap {
            try reader.parked(subscription: "notes/handlers", key: "k\($0)", after: 0, limit: 100)
        }
        #expect(parked.map(\.position).sorted() == Array(1...25))
        #expect(simulation.runtime.counts.parked == 25)
    }

    @Test("9 and 10: what a process cannot read, or nobody of its kind waits for, is a dead letter that can be retried")
    func nothingDroppedByProcesses() throws {
        let store = MemoryStore()
        let simulation = try Simulation(
            store: store, options: options(), components: [Component("shop") { Processes(Matching()) }])
        try simulation.publish(MalformedOrder(id: "a"), as: "shop")
        try simulation.publish(OrderPlaced2(orderID: "b"), as: "shop")
        try simulation.publish(Charged(orderID: "c", amount: 1), as: "till")
        let incidents = try store.openIncidents()
        try #require(incidents.map(\.position) == [1, 2, 3])
        #expect(simulation.runtime.counts.deadLettered == 3)
        #expect(incidents[0].error.contains("OrderPlaced cannot be read") && incidents[0].error.contains("orderID"))
        #expect(incidents[1].error.contains("takes 'shop.orderPlaced' since 1.0.0, not 2.0.0"))
        #expect(incidents[2].error.contains("no instance of 'matching' waits for 'till.charged' with the key 'c'"))
        #expect(try store.makeReader().position(of: "shop/processes")?.position == 3)
        try simulation.publish(OrderPlaced(orderID: "c"), as: "shop")
        try simulation.operate(.retry(incident: incidents[2].id))
        #expect(try simulation.events().last == "shop.orderClosed")
    }
}

/// A process that does different things in an order that depends on a seed and its own random numbers.
private func randomWalk(_ flow: Flow, seed: Int) async throws -> String {
    var trail = ""
    var random = SeededRandom(seed: UInt64(seed))
    for step in 0..<8 {
        switch random.next() % 7 {
        case 0:
            try await flow.sleep(for: .hours(flow.random(in: 1...5)))
            trail += "slept "
        case 1:
            trail += try await flow.perform("step \(step)") { _ in "performed \(step) " }
        case 2:
            let charged = try await flow.request(Charge(orderID: flow.key, amount: step), expecting: Charged.self)
            trail += "charged \(charged.amount) "
        case 3:
            async let left = flow.perform("left") { _ in 1 }
            async let right: Void = flow.sleep(for: .minutes(step + 1))
            trail += "joined \(try await left) "
            try await right
        case 4:
            let none = try await flow.wait(until: .hours(2), reminding: .every(.minutes(45))) {
                On(Refunded.self, for: flow.key)
            } onReminder: {
                flow.publish(Note(text: "still waiting in step \(step)"))
            }
            trail += none == nil ? "gave up " : "got one "
        case 5:
            let limit = Duration.minutes(flow.random(in: 1...120))
            let charged = try await flow.within(limit) {
                try await flow.sleep(for: .hours(1))
                trail += "in time "
                async let _ = flow.wait(for: Charged.self, key: "nobody")
                return try await flow.request(Charge(orderID: flow.key, amount: step), expecting: Charged.self).amount
            }
            trail += "\(charged ?? 0) within \(limit) "
        default:
            trail += "\(try await flow.ask(Rate()).percent)% "
        }
    }
    return trail
}
