import Benchmark
import Foundation

/// What the tool runs, once for each benchmark.
///
/// The tool's own entry, which its build plugin generates, waits for a benchmark on a thread of Swift's cooperative
/// pool. That has as many threads as the machine has cores, so on two cores the code under measurement would be left
/// with one; here the tool waits on a thread of its own.
@main
enum Main: BenchmarkRunnerHooks {
    static func main() async {
        await withTaskExecutorPreference(WaitingThread()) {
            await BenchmarkRunner.setupBenchmarkRunner(registerBenchmarks: registerBenchmarks)
        }
        if Rounds.haveFailed { exit(EXIT_FAILURE) }
    }

    static func registerBenchmarks() { registerAll() }
}
