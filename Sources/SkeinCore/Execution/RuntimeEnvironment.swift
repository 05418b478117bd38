package import SkeinStorage
private import Synchronization

/// Everything that a runtime needs from outside and that a simulation replaces: time, threads and randomness.
package struct RuntimeEnvironment: Sendable {
    /// What tells the time and wakes timers; nothing else in the runtime reads a clock.
    package var clock: any RuntimeClock
    /// Makes a runner for the part of the runtime that is named.
    package var makeRunner: @Sendable (_ label: String) -> any Runner
    /// Where the user's asynchronous code (handlers, activities) runs; `nil` for Swift's cooperative pool. In
    /// ``system``, it shares threads with the runtime: as many at a time as the machine has cores, and two at least.
    /// Threads that it blocks for long do not count.
    package var executor: (any TaskExecutor)?
    /// 64 random bits a call, from any thread.
    package var random: @Sendable () -> UInt64
    /// Asked after every commit with what was committed and what came of it, before anything else happens; `false` ends
    /// the runtime at that point as if the machine had failed. For crash tests.
    package var survivesCommit: @Sendable (CommitBatch, [UnitOutcome]) -> Bool
    /// Makes a reading of the calling thread's processor time, for deadlines of code that runs on it; `nil` when only
    /// the clock counts.
    package var threadTime: @Sendable () -> (@Sendable () -> Duration?)?
    /// Asked whenever an engine could commit on its own thread, because it has nothing else to do; `false` leaves the
    /// commit to the committer's. For simulations, which vary the order of work.
    package var commitsOnEngines: @Sendable () -> Bool
    /// How far each subscription may read; `nil` for as far as there is something.
    package var gate: (any DeliveryGate)?

    package init(
        clock: any RuntimeClock, makeRunner: @escaping @Sendable (_ label: String) -> any Runner,
        executor: (any TaskExecutor)? = nil, random: @escaping @Sendable () -> UInt64
    ) {
        (self.clock, self.makeRunner, self.executor, self.random) = (clock, makeRunner, executor, random)
        (survivesCommit, threadTime, commitsOnEngines, gate) = ({ _, _ in true }, { nil }, { false }, nil)
    }

    /// The machine's clock, threads and random numbers.
    package static var system: RuntimeEnvironment {
        var environment = RuntimeEnvironment(
            clock: SystemClock(), makeRunner: { _ in WorkerPool.shared.makeRunner() }, executor: WorkerPool.shared,
            random: { SystemRandom.shared.draw() })
        environment.threadTime = { ThreadTime.ofCallingThread() }
        environment.commitsOnEngines = { true }
        return environment
    }

    func randomPair() -> (UInt64, UInt64) { (random(), random()) }
}

/// Decides how far subscriptions may read, so that a test can put deliveries in one canonical order.
package protocol DeliveryGate: Sendable {
    /// Introduces a subscription; `open` is called whenever its limit has risen.
    func register(_ subscription: String, open: @escaping @Sendable () -> Void)
    /// The highest position that the subscription may read now.
    func limit(of subscription: String) -> Int64
}
