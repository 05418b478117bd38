import Skein
import SkeinTesting

/// Processes on a store in memory: what the runtime itself costs, without a disk.
///
/// Each duration is the mean of one message or process of `count` at once, from the first publish until everything is
/// at rest.
struct MemoryWorkload: Sendable {
    /// How many activities the longer processes perform.
    static let steps = 4
    private static let component = "bench"

    /// An event that nobody takes, published: the part of all others that has nothing to do with processes.
    let publish: Duration
    /// A process without steps, started and ended.
    let start: Duration
    /// A process of four steps, started and ended.
    let walk: Duration
    /// A process that lives in memory, resumed by a message after four steps, and ended.
    let resume: Duration
    /// The same, but replayed from its journal first, since the runtime has just been started.
    let replay: Duration

    /// One step: the fourth part of what a process of four takes longer than one without.
    var step: Duration { max(.zero, (walk - start) / Self.steps) }

    /// - Throws: ``UnexpectedOutcome`` when a process has not ended as it should.
    static func measure(_ count: Int) async throws -> MemoryWorkload {
        let store = MemoryStore()
        let first = try makeRuntime(store)
        _ = try await mean(count / 2, first) { Unheard(id: "warm-\($0)") }
        _ = try await mean(count / 2, first) { TallyRequested(id: "warm-\($0)", steps: 1, waits: false) }
        let publish = try await mean(count, first) { Unheard(id: "unheard-\($0)") }
        let start = try await mean(count, first) { TallyRequested(id: "start-\($0)", steps: 0, waits: false) }
        let walk = try await mean(count, first) { TallyRequested(id: "walk-\($0)", steps: steps, waits: false) }
        _ = try await mean(count, first) { TallyRequested(id: "live-\($0)", steps: steps, waits: true) }
        let resume = try await mean(count, first) { Approved(id: "live-\($0)") }
        try await expectEnd(of: ["walk-\(count - 1)", "live-\(count - 1)"], runtime: first)
        _ = try await mean(count, first) { TallyRequested(id: "stored-\($0)", steps: steps, waits: true) }
        await first.stop()
        let second = try makeRuntime(store)
        let replay = try await mean(count, second) { Approved(id: "stored-\($0)") }
        try await expectEnd(of: ["stored-0", "stored-\(count - 1)"], runtime: second)
        await second.stop()
        return MemoryWorkload(publish: publish, start: start, walk: walk, resume: resume, replay: replay)
    }

    /// An event without a subscriber.
    private struct Unheard: Event {
        static let name: MessageName = "bench.unheard"
        var id: String
        var subject: String? { id }
    }

    private static func makeRuntime(_ store: MemoryStore) throws -> Runtime {
        let runtime = try Runtime(store: store, Component(component) { Processes(Tally()) })
        runtime.start()
        return runtime
    }

    private static func mean(
        _ count: Int, _ runtime: Runtime, _ event: @escaping @Sendable (Int) -> some Event
    ) async throws -> Duration {
        let client = runtime.client(as: component)
        let time = try await elapsed {
            try await concurrently(count) { try await client.publish(event($0)) }
            await runtime.settle()
        }
        return time / count
    }

    private static func expectEnd(of ids: [String], runtime: Runtime) async throws {
        for id in ids {
            let outcome = try await runtime.outcome(of: Tally.self, key: id, in: component, within: .seconds(30))
            guard try outcome.value(as: Int.self) == steps else {
                throw UnexpectedOutcome(description: "the process '\(id)' should have returned \(steps): \(outcome)")
            }
        }
    }
}
