import Benchmark
import Skein

/// P1, throughput: 5,000 processes of three steps at once, on stores that hold nothing or ten times as many instances.
///
/// A figure is how many a second end, from the first publish until everything is at rest. Limits, in the same run: what
/// SQLite reaches with the same rows in the same commits and nothing else; and commits of one row. Since commits are
/// shared, more processes end than there are such commits.
enum ManyAtOnce {
    private static let count = 5_000
    private static let commits = BenchmarkMetric.rate("limit: one-row commits, per s")
    private static let bare = BenchmarkMetric.rate("limit: bare SQLite, per s")
    private static let toBare = BenchmarkMetric.rate("ratio: empty store to bare SQLite, %")
    private static let toCommits = BenchmarkMetric.rate("ratio: empty store to one-row commits, %")

    private static func rate(_ filling: Filling) -> BenchmarkMetric { .rate("rate: \(filling.name), per s") }

    private static func toEmpty(_ filling: Filling) -> BenchmarkMetric {
        .rate("ratio: \(filling.name) to empty store, %")
    }

    static func register() {
        let fillings = ProcessWorkload.fillings
        let figures = fillings.map(rate) + [bare, commits] + fillings.dropFirst().map(toEmpty) + [toBare, toCommits]
        Rounds.register(
            "P1 three-step processes, 5,000 at once", 5, figures: figures, prepare: ProcessWorkload.stores
        ) { benchmark, stores in
            let round = benchmark.currentIteration
            let times = try await stores.measure(round: round) { _, runtime in
                try await ProcessWorkload.end(200, named: "warm-\(round)", runtime: runtime)
                return try await ProcessWorkload.end(count, named: "round-\(round)", runtime: runtime)
            }
            let commit = try await OneRowCommits.measure().mean
            let rates = times.map { $0.perSecond * Double(count) }
            for (filling, perSecond) in zip(fillings, rates) {
                benchmark.measurement(rate(filling), Int(perSecond))
                if filling.fill != nil { benchmark.measurement(toEmpty(filling), percent: perSecond / rates[0]) }
            }
            let limit = try await BareWrites.measure(try await recorded()).perSecond * Double(count)
            benchmark.measurement(bare, Int(limit))
            benchmark.measurement(toBare, percent: rates[0] / limit)
            benchmark.measurement(commits, Int(commit.perSecond))
            benchmark.measurement(toCommits, percent: rates[0] / commit.perSecond)
        }
    }

    /// The writes of a round on an empty store.
    private static func recorded() async throws -> RecordedWrites.Recording {
        try await RecordedWrites.recording(of: ProcessWorkload.makeComponent()) { runtime in
            try await ProcessWorkload.end(count, named: "recorded", runtime: runtime)
        }
    }
}
