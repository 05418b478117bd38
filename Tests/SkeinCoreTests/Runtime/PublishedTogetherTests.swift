import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

@Suite("Events that are published together")
struct PublishedTogetherTests {
    private let store = MemoryStore()

    private func notes(_ count: Int) -> [any Event] { (0..<count).map { Note(text: "n\($0)") } }

    private final class Sizes: Sendable {
        private let sizes = Mutex<[Int]>([])
        var all: [Int] { sizes.withLock { $0 } }
        func add(_ batch: CommitBatch) { sizes.withLock { $0 += batch.units.map(\.appends.count).filter { $0 > 0 } } }
    }

    private func sizes() -> Sizes {
        let sizes = Sizes()
        store.onCommit { batch, _ in sizes.add(batch) }
        return sizes
    }

    private struct Unwritable: Event {
        static let name: MessageName = "notes.unwritable"
        let number = Double.infinity
        init() {}
        init(from decoder: any Decoder) throws {}
    }

    @Test("by a client stand in the log in their order, from one unit")
    func client() throws {
        let simulation = try Simulation(store: store, components: [Component("notes") {}])
        let sizes = sizes()
        try simulation.publish(contentsOf: notes(300), as: "notes")
        #expect(try simulation.log().map(\.envelope.subject) == (0..<300).map { "n\($0)" })
        #expect(sizes.all == [300])
    }

    @Test("have the ids that the call returns")
    func ids() throws {
        let simulation = try Simulation(store: store, components: [Component("notes") {}])
        let events = notes(3)
        let ids = try simulation.perform { try await $0.client(as: "notes").publish(contentsOf: events) }
        #expect(try simulation.log().map(\.envelope.id) == ids)
    }

    @Test("are none at all if one cannot be encoded")
    func allOrNone() throws {
        let simulation = try Simulation(store: store, components: [Component("notes") {}])
        let error = #expect(throws: MessageError.self) {
            try simulation.publish(contentsOf: notes(2) + [Unwritable()], as: "notes")
        }
        #expect(error?.code == .unencodablePayload)
        #expect(try simulation.log().isEmpty)
    }

    @Test("are refused when there are more than 10,000, with the number that is allowed")
    func tooMany() throws {
        let simulation = try Simulation(store: store, components: [Component("notes") {}])
        let error = #expect(throws: MessageError.self) {
            try simulation.publish(contentsOf: notes(10_001), as: "notes")
        }
        #expect(error?.code == .payloadTooLarge)
        #expect(
            error?.message
                == "10001 events were to be published in one call; at most 10000 are allowed. Publish them in "
                + "several calls.")
        #expect(try simulation.log().isEmpty)
    }

    @Test("may be none")
    func empty() throws {
        let simulation = try Simulation(store: store, components: [Component("notes") {}])
        let sizes = sizes()
        try simulation.publish(contentsOf: [], as: "notes")
        #expect(sizes.all.isEmpty)
    }

    @Test("by a handler leave with the message in hand, and none of them if one cannot be encoded")
    func handler() throws {
        let component = Component("notes") {
            Handle(Tick.self) { tick, context in
                try context.publish(contentsOf: (0..<tick.number).map { Note(text: "\(tick.key)\($0)") })
                try? context.publish(contentsOf: [Note(text: "lost"), Unwritable()])
            }
        }
        let simulation = try Simulation(store: store, components: [component])
        try simulation.publish(Tick(key: "a", number: 3), as: "clock")
        #expect(try simulation.log().dropFirst().map(\.envelope.subject) == ["a0", "a1", "a2"])
    }

    @Test("by a process leave with its step, in order")
    func process() throws {
        let scripted = Scripted { start, flow in
            flow.publish(contentsOf: (0..<3).map { Note(text: "\(start.id)\($0)") })
            return start.id
        }
        let simulation = try Simulation(store: store, components: [Component("work") { Processes(scripted) }])
        try simulation.publish(JobRequested(id: "j"), as: "work")
        let notes = try simulation.log().filter { $0.envelope.name == Note.name }
        #expect(notes.map(\.envelope.subject) == ["j0", "j1", "j2"])
    }
}
