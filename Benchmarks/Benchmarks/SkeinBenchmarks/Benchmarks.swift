import Benchmark

/// All benchmarks. The tool runs each in a process of its own, in the order of their names.
func registerAll() {
    // Also when a benchmark has failed.
    Benchmark.teardown = { try BenchFolder.remove() }
    DueTimers.register()
    ManyAtOnce.register()
    ManyEvents.register()
    OneAtATime.register()
    KafkaRoundTrips.register()
    PublishToHandled.register()
    RelayedEvents.register()
    RelayedOverSTOMP.register()
    Starts.register()
    WithoutStorage.register()
}
