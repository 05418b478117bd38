import Benchmark
import SkeinOperator
import Synchronization
import Skein

/// P5: the start of a runtime on a store with 50,000 waiting instances, and on one with as many activities that are all
/// due at once (with `SKEIN_BENCH_HEAVY` 1,000,000 each), beside the start on a store that holds one instance.
///
/// A start lasts from the opening of the file until the runtime is at rest; for due activities, until the first hundred
/// have run, and the rate is that of all of them. Memory is what the process of the benchmark has more after the start.
/// On the store with waiting instances 5,000 three-step processes run after its start, as in P1, and as many on one
/// without: three times in turn, each first once at least; the rates are medians.
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
            let many = try await start(files.waiting) { _ in }
            benchmark.measurement(waiting, many.time.microseconds / 1000)
            benchmark.measurement(memory, many.memory)
            let rates = try await threeSteps(files)
            benchmark.measurement(rate, Int(rates.waiting))
            benchmark.measurement(emptyRate, Int(rates.empty))
            benchmark.measurement(ratio, percent: rates.waiting / rates.empty)
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

    /// What three-step processes reach a second, each time after a start.
    private static func threeSteps(_ files: Files) async throws -> (waiting: Double, empty: Double) {
        var rates: [String: [Double]] = [:]
        for round in 0..<3 {
            let order = [files.waiting, files.empty]
            for file in round.isMultiple(of: 2) ? order : order.reversed() {
                _ = try await start(file) { runtime in
                    try await ProcessWorkload.end(200, named: "warm-\(round)", runtime: runtime)
                    let time = try await ProcessWorkload.end(5_000, named: "round-\(round)", runtime: runtime)
                    rates[file, default: []].append(time.perSecond * 5_000)
                }
            }
        }
        func median(_ file: String) -> Double { (rates[file] ?? []).sorted()[1] }
        return (median(files.waiting), median(files.empty))
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
