import Benchmark
import Synchronization

/// A benchmark of rounds that take their figures themselves.
enum Rounds {
    private static let failed = Atomic(false)

    /// Whether a round or the preparation of one has thrown. The tool reports such an error but ends as if nothing had
    /// happened, unless the process that it runs says so.
    static var haveFailed: Bool { failed.load(ordering: .acquiring) }

    /// Registers a benchmark: one round that is not counted, then `count` that are; only the given figures are shown.
    ///
    /// - Parameters:
    ///   - warm: whether there is a round that is not counted.
    ///   - prepare: called once, before the first round.
    ///   - round: measures, and adds to every figure.
    static func register<State>(
        _ name: String, _ count: Int, figures: [BenchmarkMetric], warm: Bool = true,
        prepare: @escaping () async throws -> State,
        round: @escaping (Benchmark, State) async throws -> Void
    ) {
        let configuration = Benchmark.Configuration(
            metrics: figures,
            // Otherwise figures of 10,000 and more would be shown in thousands.
            units: Dictionary(uniqueKeysWithValues: figures.map { ($0, .count) }),
            warmupIterations: warm ? 1 : 0, maxDuration: .seconds(1800), maxIterations: count)
        Benchmark(name, configuration: configuration) { benchmark, state in
            try await noticing { try await round(benchmark, state) }
        } setup: {
            try await noticing(prepare)
        }
    }

    private static func noticing<Result>(_ work: () async throws -> Result) async throws -> Result {
        do { return try await work() } catch {
            failed.store(true, ordering: .releasing)
            throw error
        }
    }
}
