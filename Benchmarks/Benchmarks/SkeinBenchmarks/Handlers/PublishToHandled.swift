import Benchmark
import Skein
import SkeinTesting

/// P4: events published one at a time, each when the one before is handled, on stores that hold none or 50,000.
///
/// Two figures: until the handler has been called, which takes one commit (the event's), and until the runtime is at
/// rest, which takes a second one (the handler's). Ratios are of the medians of a round. The limits, in the same run,
/// are the disk's: commits of one row, on the calling thread, and on another one that the caller waits for. What the same
/// takes without a disk comes on top: a handler is called after the commit, on a thread of its own.
enum PublishToHandled {
    /// The event.
    struct Noted: Event {
        static let name: MessageName = "bench.noted"
        var id: String
        var subject: String? { id }
    }

    private static let count = 200
    private static let commit = BenchmarkMetric.cost("limit: one-row commit, µs")
    private static let toCommit = BenchmarkMetric.cost("ratio: to handler, empty store to one-row commit, %")
    private static let handedOver = BenchmarkMetric.cost("limit: one-row commit on another thread, µs")
    private static let toHandedOver = BenchmarkMetric.cost(
        "ratio: to handler, empty store to one-row commit on another thread, %")
    private static let memory = BenchmarkMetric.cost("limit: to handler, without a disk, µs")
    private static let floor = BenchmarkMetric.cost("limit: one-row commit on another thread, and without a disk, µs")
    private static let toFloor = BenchmarkMetric.cost(
        "ratio: to handler, empty store to one-row commit on another thread and without a disk, %")
    private static let arrivals = Arrivals()

    private static let fillings: [Filling] = [
        .empty,
        Filling(name: "50,000 events") { runtime in
            let client = runtime.client(as: "bench")
            try await concurrently(50_000) { try await client.publish(Noted(id: "before-\($0)")) }
            await runtime.settle()
        },
    ]

    private static func toHandler(_ filling: Filling) -> BenchmarkMetric {
        .cost("latency: to handler, \(filling.name), µs")
    }

    private static func toRest(_ filling: Filling) -> BenchmarkMetric { .cost("latency: to rest, \(filling.name), µs") }

    private static func toEmpty(_ filling: Filling) -> BenchmarkMetric {
        .cost("ratio: to handler, \(filling.name) to empty store, %")
    }

    static func register() {
        let figures =
            fillings.map(toHandler) + fillings.map(toRest) + [commit, handedOver, memory, floor]
            + fillings.dropFirst().map(toEmpty) + [toCommit, toHandedOver, toFloor]
        Rounds.register(
            "P4 publish to handled, one at a time", 10, figures: figures, prepare: stores
        ) { benchmark, stores in
            let round = benchmark.currentIteration
            let times = try await stores.measure(round: round) { _, runtime in
                _ = try await publish(20, named: "warm-\(round)", runtime: runtime)
                return try await publish(count, named: "round-\(round)", runtime: runtime)
            }
            let limits = try await OneRowCommits.measure()
            let medians = times.map { $0.map(\.called).median }
            for (index, filling) in fillings.enumerated() {
                for time in times[index] {
                    benchmark.measurement(toHandler(filling), time.called.microseconds)
                    benchmark.measurement(toRest(filling), time.atRest.microseconds)
                }
                if filling.fill != nil {
                    benchmark.measurement(toEmpty(filling), percent: medians[index] / medians[0])
                }
            }
            for time in limits { benchmark.measurement(commit, time.microseconds) }
            benchmark.measurement(toCommit, percent: medians[0] / limits.median)
            let others = try await OneRowCommits.measureHandedOver()
            for time in others { benchmark.measurement(handedOver, time.microseconds) }
            benchmark.measurement(toHandedOver, percent: medians[0] / others.median)
            let alone = try await withoutDisk()
            benchmark.measurement(memory, alone.microseconds)
            benchmark.measurement(floor, (others.median + alone).microseconds)
            benchmark.measurement(toFloor, percent: medians[0] / (others.median + alone))
        }
    }

    private static func makeComponent() -> Component {
        Component("bench") { Handle(Noted.self) { noted, _ in arrivals.arrive(noted.id) } }
    }

    private static func stores() async throws -> FilledStores {
        try await FilledStores(fillings, component: makeComponent)
    }

    /// What it takes on a store in memory: the median.
    private static func withoutDisk() async throws -> Duration {
        let runtime = try Runtime(store: MemoryStore(), makeComponent())
        runtime.start()
        let times = try await publish(count, named: "alone", runtime: runtime)
        await runtime.stop()
        return times.map(\.called).median
    }

    /// How long one event took; both from the call of `publish`.
    private struct Times: Sendable {
        let called: Duration
        let atRest: Duration
    }

    private static func publish(_ count: Int, named name: String, runtime: Runtime) async throws -> [Times] {
        let client = runtime.client(as: "bench")
        let clock = ContinuousClock()
        var times: [Times] = []
        for number in 0..<count {
            let id = "\(name)-\(number)"
            let start = clock.now
            try await client.publish(Noted(id: id))
            await arrivals.wait(for: id)
            let called = start.duration(to: clock.now)
            await runtime.settle()
            times.append(Times(called: called, atRest: start.duration(to: clock.now)))
        }
        return times
    }
}
