import Dispatch

/// Runs tasks on a dispatch queue, outside the cooperative pool, so that they may block.
final class WaitingThread: TaskExecutor {
    private let queue = DispatchQueue(label: "skein.benchmarks.waiting")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
