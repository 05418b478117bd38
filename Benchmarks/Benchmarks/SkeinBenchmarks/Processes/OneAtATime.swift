import Benchmark
import Skein
import SkeinTesting

/// P1, latency: processes of three steps, each started when the one before has ended, on stores that hold nothing or
/// 50,000 instances.
///
/// A figure is the time from the publish of a process's start until its outcome is known; it takes five commits, one
/// after the other. Ratios are of the medians of a round. The limits, in the same run, are the disk's: commits of one
/// row, and what SQLite takes for the rows of a process in the same five commits and nothing else. What a process takes
/// without a disk comes on top of that: the sum of both is the floor of a runtime that waits for each commit.
enum OneAtATime {
    private static let count = 60
    private static let commit = BenchmarkMetric.cost("limit: one-row commit, µs")
    private static let toCommit = BenchmarkMetric.cost("ratio: empty store to one-row commit, %")

    private static let bare = BenchmarkMetric.cost("limit: bare SQLite, the same rows, µs")
    private static let toBare = BenchmarkMetric.cost("ratio: empty store to bare SQLite, %")

    private static let memory = BenchmarkMetric.cost("limit: without a disk, µs")
    private static let floor = BenchmarkMetric.cost("limit: bare SQLite, and without a disk, µs")
    private static let toFloor = BenchmarkMetric.cost("ratio: empty store to bare SQLite and without a disk, %")

    private static func latency(_ filling: Filling) -> BenchmarkMetric { .cost("latency: \(filling.name), µs") }

    private static func toEmpty(_ filling: Filling) -> BenchmarkMetric {
        .cost("ratio: \(filling.name) to empty store, %")
    }

    static func register() {
        let fillings = ProcessWorkload.fillings
        let figures =
            fillings.map(latency) + [bare, memory, floor, commit] + fillings.dropFirst().map(toEmpty) + [
                toBare, toFloor, toCommit,
            ]
        Rounds.register(
            "P1 three-step processes, one at a time", 10, figures: figures, prepare: ProcessWorkload.stores
        ) { benchmark, stores in
            let round = benchmark.currentIteration
            let times = try await stores.measure(round: round) { _, runtime in
                try await ProcessWorkload.end(20, named: "warm-\(round)", runtime: runtime)
                return try await oneAtATime("round-\(round)", runtime)
            }
            let limits = try await OneRowCommits.measure()
            let medians = times.map(\.median)
            for (index, filling) in fillings.enumerated() {
                for time in times[index] { benchmark.measurement(latency(filling), time.microseconds) }
                if filling.fill != nil {
                    benchmark.measurement(toEmpty(filling), percent: medians[index] / medians[0])
                }
            }
            for time in limits { benchmark.measurement(commit, time.microseconds) }
            benchmark.measurement(toCommit, percent: medians[0] / limits.median)
            let limit = try await BareWrites.measure(try await recorded()) / count
            benchmark.measurement(bare, limit.microseconds)
            benchmark.measurement(toBare, percent: medians[0] / limit)
            let alone = try await withoutDisk()
            benchmark.measurement(memory, alone.microseconds)
            benchmark.measurement(floor, (limit + alone).microseconds)
            benchmark.measurement(toFloor, percent: medians[0] / (limit + alone))
        }
    }

    private static func oneAtATime(_ name: String, _ runtime: Runtime) async throws -> [Duration] {
        var times: [Duration] = []
        for number in 0..<count {
            times.append(try await ProcessWorkload.endOne("\(name)-\(number)", runtime: runtime))
        }
        return times
    }

    /// What a process takes on a store in memory: the median.
    private static func withoutDisk() async throws -> Duration {
        let runtime = try Runtime(store: MemoryStore(), ProcessWorkload.makeComponent())
        runtime.start()
        try await ProcessWorkload.end(200, named: "warm", runtime: runtime)
        let times = try await oneAtATime("alone", runtime)
        await runtime.stop()
        return times.median
    }

    /// The writes of processes on an empty store, one after the other.
    private static func recorded() async throws -> RecordedWrites.Recording {
        try await RecordedWrites.recording(of: ProcessWorkload.makeComponent()) { runtime in
            _ = try await oneAtATime("recorded", runtime)
        }
    }
}
