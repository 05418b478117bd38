import Benchmark

/// All benchmarks. The tool runs each in a process of its own, in the order of their names.
func registerAll() {
    // Also when a benchmark has failed.
    Benchmark.teardown = { try BenchFolder.remove() }
    ManyAtOnce.register()
    OneAtATime.register()
    PublishToHandled.register()
    WithoutStorage.register()
}
