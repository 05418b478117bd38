import Benchmark
import Foundation
import Skein
import Synchronization

/// P6: 50,000 timers (with `SKEIN_BENCH_HEAVY` 1,000,000), a tenth of them due in the same second.
///
/// A figure is how much later than due a process goes on, by its own clock, and how long after that second all have
/// ended. The memory is that of the process of the benchmark, which has filled its store itself. The limits, in the same
/// run, are what the disk takes for a commit of one row; and what the state machines alone take to be made anew, as many
/// as are due, one after the other: most processes that sleep are not in memory.
enum DueTimers {
    /// Starts a process that sleeps.
    struct SleepRequested: Event {
        static let name: MessageName = "bench.sleepRequested"
        var id: String
        var due: Timestamp
        var subject: String? { id }
    }

    private struct Sleeper: ProcessDefinition {
        static let name = "sleeper"
        static func key(of start: SleepRequested) -> String { start.id }

        func run(_ start: SleepRequested, _ flow: Flow) async throws {
            try await flow.sleep(until: start.due)
            DueTimers.lateness.withLock { $0.append(flow.now.since(start.due)) }
        }
    }

    private static let lateness = Mutex<[Duration]>([])
    private static let count = Scale.of(50_000)
    private static let due = count / 10

    private static let median = BenchmarkMetric.cost("lateness: p50, ms")
    private static let high = BenchmarkMetric.cost("lateness: p99, ms")
    private static let end = BenchmarkMetric.cost("lateness: all ended after, ms")
    private static let filled = BenchmarkMetric.cost("memory: \(count) timers, MB")
    private static let fired = BenchmarkMetric.cost("memory: when \(due) have fired, MB")
    private static let revived = BenchmarkMetric.cost("limit: \(due) revived by the machine alone, ms")
    private static let commit = BenchmarkMetric.cost("limit: one-row commit, µs")

    static func register() {
        Rounds.register(
            "P6 \(count) timers, \(due) due in one second", 1,
            figures: [median, high, end, filled, fired, revived, commit],
            warm: false, prepare: {}
        ) { benchmark, _ in
            let file = try BenchFolder.file("timers")
            let store = try SQLiteStore.sqlite(file)
            let runtime = try Runtime(store: store, Component("bench") { Processes(Sleeper()) })
            runtime.start()
            let later = Timestamp(Date()).advanced(by: .hours(6))
            try await start(count - due, "later", runtime) { _ in later }
            // Enough to start those that are due.
            let first = Timestamp(Date()).advanced(by: .seconds(3 + due / 3000))
            try await start(due, "due", runtime) { first.advanced(by: .seconds(1) / due * $0) }
            guard Timestamp(Date()).since(first) < .zero else {
                throw UnexpectedOutcome(description: "the timers were due before all of them were set")
            }
            let memory = Scale.memory
            try await Task.sleep(for: first.since(Timestamp(Date())))
            while lateness.withLock({ $0.count }) < due { try await Task.sleep(for: .milliseconds(5)) }
            await runtime.settle()
            let total = Timestamp(Date()).since(first.advanced(by: .seconds(1)))
            let times = lateness.withLock { $0.sorted() }
            benchmark.measurement(median, times[due / 2].microseconds / 1000)
            benchmark.measurement(high, times[due * 99 / 100].microseconds / 1000)
            benchmark.measurement(end, max(.zero, total).microseconds / 1000)
            benchmark.measurement(filled, memory)
            benchmark.measurement(fired, Scale.memory)
            benchmark.measurement(revived, (try MachineCosts.measure(2_000).revival * due).microseconds / 1000)
            benchmark.measurement(commit, try await OneRowCommits.measure().median.microseconds)
            await runtime.stop()
            try BenchFolder.remove(file: file)
        }
    }

    private static func start(
        _ count: Int, _ name: String, _ runtime: Runtime, due: @escaping @Sendable (Int) -> Timestamp
    ) async throws {
        try await publishTogether(count, runtime.client(as: "bench")) {
            SleepRequested(id: "\(name)-\($0)", due: due($0))
        }
        await runtime.settle()
    }
}
