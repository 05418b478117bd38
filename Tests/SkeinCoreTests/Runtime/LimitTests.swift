import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("The limits of a runtime")
struct LimitTests {
    let store = MemoryStore()
    let gauge = Gauge()

    private func options(_ change: (inout RuntimeConfiguration) -> Void) -> Simulation.Options {
        var options = Simulation.Options()
        options.order = .arrival
        change(&options.configuration)
        return options
    }

    /// Notes the size of each unit, or of each batch, that is committed.
    private func observe(_ size: @escaping @Sendable (CommitBatch) -> [Int]) -> @Sendable () -> [Int] {
        let sizes = Sizes()
        store.onCommit { batch, _ in sizes.add(size(batch)) }
        return { sizes.all }
    }

    private final class Sizes: Sendable {
        private let sizes = Mutex<[Int]>([])
        var all: [Int] { sizes.withLock { $0 } }
        func add(_ sizes: [Int]) { self.sizes.withLock { $0 += sizes } }
    }

    /// Publishes many events at once.
    private func flood(_ simulation: Simulation, _ events: [some Event]) throws {
        try simulation.perform { runtime in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for event in events {
                    group.addTask { _ = try await runtime.client(as: type(of: event).name.component).publish(event) }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("as many attempts of a handler as it says run at once, and no more", arguments: [1, 3])
    func handlers(limit: Int) throws {
        let gauge = gauge
        let done = Ledger()
        let notes = Component("notes") {
            Handle(Tick.self) { tick, _ in
                await gauge.pass()
                done.note(tick.key)
            }
        }
        let simulation = try Simulation(
            store: store, options: options { $0.concurrentHandlers = limit }, components: [notes])
        try flood(simulation, (1...30).map { Tick(key: "k\($0)", number: $0) })
        #expect(Set(done.entries).count == 30 && done.entries.count == 30)
        #expect(gauge.peak == limit)
    }

    @Test("as many activities of a component as it says run at once, and no more", arguments: [1, 3])
    func activities(limit: Int) throws {
        let gauge = gauge
        let simulation = try simulation(options { $0.concurrentActivities = limit }, store: store) { start, flow in
            async let left = flow.perform("left") { _ in await gauge.pass() }
            async let right = flow.perform("right") { _ in await gauge.pass() }
            _ = try await (left, right)
            return start.id
        }
        try flood(simulation, (1...10).map { JobRequested(id: "\($0)") })
        #expect(try simulation.results().count == 10)
        #expect(gauge.peak == limit)
        #expect(gauge.inside == 0)
    }

    @Test("a commit joins as many units as it says, and no more")
    func commitBatch() throws {
        let simulation = try Simulation(store: store, options: options { $0.commitBatch = 4 }, components: [till()])
        let sizes = observe { [$0.units.count] }
        try flood(simulation, (1...30).map { Tick(key: "k\($0)", number: $0) })
        #expect(try simulation.log().count == 30)
        #expect(sizes().max() == 4)
    }

    @Test("a unit of the kernel holds as many reactions to messages as it says, and no more")
    func reactionBatch() throws {
        let simulation = try simulation(options { $0.reactionBatch = 5 }, store: store) { start, _ in start.id }
        let sizes = reactions()
        try flood(simulation, (1...60).map { JobRequested(id: "\($0)") })
        #expect(try simulation.results().count == 60)
        #expect(sizes().max() == 5)
    }

    @Test("one message resumes as many instances in one unit as it says, and no more")
    func fanOut() throws {
        let simulation = try simulation(options { $0.fanOutChunk = 5 }, store: store) { start, flow in
            try await flow.wait(for: Charged.self, key: "all")
            return start.id
        }
        for number in 1...13 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        let sizes = reactions()
        try simulation.publish(Charged(orderID: "all", amount: 1), as: "till")
        #expect(try simulation.results().count == 13)
        #expect(sizes().filter { $0 > 0 } == [5, 5, 3])
    }

    /// How many journal entries each unit holds: one a reaction.
    private func reactions() -> @Sendable () -> [Int] {
        observe { batch in
            batch.units.map { unit in
                unit.writes.count { if case .appendJournal = $0 { true } else { false } }
            }
        }
    }

    @Test("a payload as large as it says is taken, and one byte more is refused and changes nothing")
    func payload() throws {
        let note = Note(text: String(repeating: "x", count: 100))
        let size = try PayloadCoder.json.encode(note).count
        let simulation = try Simulation(
            store: store, options: options { $0.maximumPayloadSize = size }, components: [till()])
        try simulation.publish(note, as: "notes")
        let error = #expect(throws: MessageError.self) {
            try simulation.publish(Note(text: note.text + "x"), as: "notes")
        }
        #expect(error?.code == .payloadTooLarge)
        #expect(error?.message.contains("has a payload of \(size + 1) bytes; at most \(size)") == true)
        #expect(try simulation.log().count == 1)
    }
}
