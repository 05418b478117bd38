import Benchmark
import SkeinOperator
import Synchronization
import Skein

/// P5: the start of a runtime on a store with 50,000 waiting instances, and on one with as many activities that are all
/// due at once (with `SKEIN_BENCH_HEAVY` 1,000,000 each), beside the start on a store that holds one instance.
///
/// A start lasts from the opening of the file until the runtime is at rest; for due activities, until the first hundred
/// have run, and the rate is that of all of them. Memory is what the process of the benchmark has more after the start.
/// On the store with waiting instances 5,000 three-step processes then run, as in P1, and beside them as many on an
/// empty one.
enum Starts {
    private static let count = Scale.of(50_000)
    private static let small = BenchmarkMetric.cost("start: one instance, ms")
    private static let waiting = BenchmarkMetric.cost("start: \(count) waiting, ms")
    private static let firstDue = BenchmarkMetric.cost("start: \(count) due activities, ms")
    private static let memory = BenchmarkMetric.cost("memory: \(count) waiting, MB more")
    private static let dueMemory = BenchmarkMetric.cost("memory: \(count) due activities, MB more")
    private static let emptyRate = BenchmarkMetric.rate("rate: three-step, empty store, per s")
    private static let rate = BenchmarkMetric.rate("rate: three-step, \(count) waiting, per s")
    private static let dueRate = BenchmarkMetric.rate("rate: due activities, per s")
    private static let ratio = BenchmarkMetric.rate("ratio: three-step, \(count) waiting to empty, %")

    static func register() {
        Rounds.register(
            "P5 start with \(count) waiting and \(count) due", 1,
            figures: [small, waiting, firstDue, memory, dueMemory, emptyRate, rate, dueRate, ratio], warm: false,
            prepare: files
        ) { benchmark, files in
            let one = try await start(files.one) { _ in }
            benchmark.measurement(small, one.time.microseconds / 1000)
            var rates: [Double] = []
            let many = try await start(files.waiting) { rates.append(try await threeSteps($0)) }
            _ = try await start(files.empty) { rates.append(try await threeSteps($0)) }
            benchmark.measurement(waiting, many.time.microseconds / 1000)
            benchmark.measurement(memory, many.memory)
            benchmark.measurement(rate, Int(rates[0]))
            benchmark.measurement(emptyRate, Int(rates[1]))
            benchmark.measurement(ratio, percent: rates[0] / rates[1])
            let due = try await startDue(files.due)
            benchmark.measurement(firstDue, due.first.microseconds / 1000)
            benchmark.measurement(dueRate, Int(due.perSecond))
            benchmark.measurement(dueMemory, due.memory)
        }
    }

    private struct Files: Sendable {
        let empty: String
        let one: String
        let waiting: String
        let due: String
    }

    private static func files() async throws -> Files {
        let files = Files(
            empty: try BenchFolder.file("empty"), one: try BenchFolder.file("one"),
            waiting: try BenchFolder.file("waiting"), due: try BenchFolder.file("due"))
        try await fill(files.one) { try await wait(1, $0) }
        try await fill(files.waiting) { try await wait(count, $0) }
        try await fill(files.due) { runtime in
            try await runtime.suspend(system: Outward.system)
            try await publishTogether(count, runtime.client(as: "bench")) { OutwardRequested(id: "out-\($0)") }
        }
        return files
    }

    private static func wait(_ count: Int, _ runtime: Runtime) async throws {
        try await publishTogether(count, runtime.client(as: "bench")) { ApprovalRequested(id: "waiting-\($0)") }
    }

    private static func fill(_ file: String, _ work: (Runtime) async throws -> Void) async throws {
        _ = try await start(file) { runtime in
            try await work(runtime)
            await runtime.settle()
        }
    }

    /// Opens the store, waits until the runtime is at rest, works, and closes.
    private static func start(
        _ file: String, _ work: (Runtime) async throws -> Void
    ) async throws -> (time: Duration, memory: Int) {
        let before = Scale.memory
        let clock = ContinuousClock()
        let begin = clock.now
        let runtime = try makeRuntime(file)
        runtime.start()
        await runtime.settle()
        let result = (begin.duration(to: clock.now), Scale.memory - before)
        try await work(runtime)
        await runtime.stop()
        return result
    }

    private static func makeRuntime(_ file: String) throws -> Runtime {
        try Runtime(
            store: .sqlite(file), Component("bench") { Processes(ThreeSteps(), Approval(), Outward()) })
    }

    private static func threeSteps(_ runtime: Runtime) async throws -> Double {
        try await ProcessWorkload.end(200, named: "warm", runtime: runtime)
        return try await ProcessWorkload.end(5_000, named: "round", runtime: runtime).perSecond * 5_000
    }

    private static func startDue(
        _ file: String
    ) async throws -> (first: Duration, perSecond: Double, memory: Int) {
        let before = Scale.memory
        let clock = ContinuousClock()
        let begin = clock.now
        let runtime = try makeRuntime(file)
        Outward.runs.store(0, ordering: .relaxed)
        runtime.start()
        try await runtime.resume(system: Outward.system)
        while Outward.runs.load(ordering: .relaxed) < 100 { try await Task.sleep(for: .milliseconds(1)) }
        let (first, memory) = (begin.duration(to: clock.now), Scale.memory - before)
        while Outward.runs.load(ordering: .relaxed) < count { try await Task.sleep(for: .milliseconds(5)) }
        await runtime.settle()
        let rate = begin.duration(to: clock.now).perSecond * Double(count)
        await runtime.stop()
        return (first, rate, memory)
    }
}
