import Synchronization

/// The limit of what Swift's concurrency itself costs: tasks on an executor that runs them on the calling thread, which
/// suspend at continuations.
enum BareExecutor {
    struct Costs: Sendable {
        /// A task, started and ended.
        let start: Duration
        /// One suspension, resumed.
        let step: Duration
    }

    static func measure(_ count: Int, steps: Int = 4) -> Costs {
        let clock = ContinuousClock()
        func mean(_ steps: Int) -> Duration {
            clock.measure { for _ in 0..<count { run(steps) } } / count
        }
        _ = mean(steps)
        let (start, walk) = (mean(0), mean(steps))
        return Costs(start: start, step: max(.zero, walk - start) / steps)
    }

    private static func run(_ steps: Int) {
        let executor = InlineExecutor()
        let suspended = Suspended()
        _ = Task(executorPreference: executor) {
            for _ in 0..<steps {
                await withUnsafeContinuation { suspended.put($0) }
            }
        }
        executor.drain()
        for _ in 0..<steps {
            suspended.resume()
            executor.drain()
        }
    }
}

/// The continuation of a task that is suspended.
private final class Suspended: Sendable {
    private let continuation = Mutex<UnsafeContinuation<Void, Never>?>(nil)

    func put(_ continuation: UnsafeContinuation<Void, Never>) { self.continuation.withLock { $0 = continuation } }

    func resume() { continuation.withLock { $0.take() }?.resume() }
}

/// Keeps jobs until they are run on the calling thread.
private final class InlineExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    func drain() {
        while let job = jobs.withLock({ $0.popLast() }) { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
