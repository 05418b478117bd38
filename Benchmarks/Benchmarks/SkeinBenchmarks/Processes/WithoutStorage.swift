import Benchmark

/// P8: start, step and replay of processes: by the state machine alone; and by a runtime on a store in memory, 500 at
/// once, and 5,000.
///
/// A figure is the mean time of one process among 500: started by a message and ended (without steps, and after four);
/// resumed by a message and ended (from memory, and replayed from its journal first). A step's activity is user code in
/// a task of its own, and every commit goes through the committer, so all are dearer than a turn of the executor alone.
/// The limits are the publish of an event that nobody takes, and a bare executor whose tasks start, suspend and end,
/// both in the same run.
enum WithoutStorage {
    private static let count = 500
    private static let parts: [(name: String, figure: @Sendable (MemoryWorkload) -> Duration)] = [
        ("start", { $0.start }),
        ("start and 4 steps", { $0.walk }),
        ("step", { $0.step }),
        ("resume", { $0.resume }),
        ("replay of 4 steps and resume", { $0.replay }),
    ]
    private static let machineParts: [(figure: BenchmarkMetric, of: @Sendable (MachineCosts) -> Duration)] = [
        (.cost("cost: machine alone, start, ns"), { $0.start }),
        (.cost("cost: machine alone, step, ns"), { $0.step }),
        (.cost("cost: machine alone, replay of 4 steps, ns"), { $0.replay }),
    ]
    private static let limit = BenchmarkMetric.cost("limit: publish alone, ns")
    private static let bareStart = BenchmarkMetric.cost("limit: bare executor, start, ns")
    private static let bareStep = BenchmarkMetric.cost("limit: bare executor, step, ns")
    private static let toBareStart = BenchmarkMetric.cost("ratio: start to bare executor, %")
    private static let toBareStep = BenchmarkMetric.cost("ratio: step to bare executor, %")
    private static let toLimit = BenchmarkMetric.cost("ratio: start to publish alone, %")
    private static let toMemory = BenchmarkMetric.cost("ratio: replay of 4 steps and resume to resume, %")

    private static func figure(_ name: String) -> BenchmarkMetric { .cost("cost: \(name), ns") }
    private static func growth(_ name: String) -> BenchmarkMetric { .cost("ratio: \(name), 5,000 to 500, %") }

    static func register() {
        let figures =
            machineParts.map(\.figure) + parts.map { figure($0.name) } + parts.map { growth($0.name) } + [
                limit, toLimit, toMemory,
            ]
            + [bareStart, bareStep, toBareStart, toBareStep]
        Rounds.register("P8 processes without storage", 5, figures: figures, prepare: {}) { benchmark, _ in
            let machine = try MachineCosts.measure(2_000)
            for part in machineParts { benchmark.measurement(part.figure, part.of(machine).nanoseconds) }
            let few = try await MemoryWorkload.measure(count)
            let many = try await MemoryWorkload.measure(count * 10)
            for part in parts {
                benchmark.measurement(figure(part.name), part.figure(few).nanoseconds)
                benchmark.measurement(growth(part.name), percent: part.figure(many) / part.figure(few))
            }
            let bare = BareExecutor.measure(count * 10)
            benchmark.measurement(bareStart, bare.start.nanoseconds)
            benchmark.measurement(bareStep, bare.step.nanoseconds)
            benchmark.measurement(toBareStart, percent: few.start / bare.start)
            benchmark.measurement(toBareStep, percent: few.step / bare.step)
            benchmark.measurement(limit, few.publish.nanoseconds)
            benchmark.measurement(toLimit, percent: few.start / few.publish)
            benchmark.measurement(toMemory, percent: few.replay / few.resume)
        }
    }
}
