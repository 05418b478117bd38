import Benchmark
import Skein

/// P1, latency: processes of three steps, each started when the one before has ended, on stores that hold nothing or
/// 50,000 instances.
///
/// A figure is the time from the publish of a process's start until its outcome is known; it takes five commits, one
/// after the other. Ratios are of the medians of a round. The limit is the disk's: commits of one row in the same run.
enum OneAtATime {
    private static let count = 60
    private static let commit = BenchmarkMetric.cost("limit: one-row commit, µs")
    private static let toCommit = BenchmarkMetric.cost("ratio: empty store to one-row commit, %")

    private static func latency(_ filling: Filling) -> BenchmarkMetric { .cost("latency: \(filling.name), µs") }

    private static func toEmpty(_ filling: Filling) -> BenchmarkMetric {
        .cost("ratio: \(filling.name) to empty store, %")
    }

    static func register() {
        let fillings = ProcessWorkload.fillings
        let figures = fillings.map(latency) + [commit] + fillings.dropFirst().map(toEmpty) + [toCommit]
        Rounds.register(
            "P1 three-step processes, one at a time", 10, figures: figures, prepare: ProcessWorkload.stores
        ) { benchmark, stores in
            let round = benchmark.currentIteration
            let times = try await stores.measure(round: round) { _, runtime in
                try await ProcessWorkload.end(20, named: "warm-\(round)", runtime: runtime)
                var times: [Duration] = []
                for number in 0..<count {
                    times.append(try await ProcessWorkload.endOne("round-\(round)-\(number)", runtime: runtime))
                }
                return times
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
        }
    }
}
