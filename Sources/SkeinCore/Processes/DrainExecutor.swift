internal import DequeModule
internal import Synchronization

/// The deterministic executor of one instance: it buffers jobs, and runs them inline, first come first served, until
/// every branch of the code is blocked.
///
/// A job that arrives from another thread, or when nothing is being fed, has been elsewhere (`Task.sleep`, another
/// executor): it is kept and never run, and the instance has *escaped*. After ``close()`` escapes are not reported.
final class DrainExecutor: TaskExecutor, SerialExecutor, @unchecked Sendable {
    // Proof for `@unchecked`: the only `var` is `jobs`. A thread touches it inside `drain(_:)` only, between writing
    // its own number to `draining` and taking it out again; any other thread finds a number that is not its own. The
    // instance's kernel calls `drain(_:)` on its runner, so no two threads drain at a time, and the runner hands what
    // one thread has written on to the next. `stray` has a mutex, the rest is constant or atomic.
    private var jobs = Deque<UnownedJob>()
    /// The number of the thread that drains; 0 for none.
    private let draining = Atomic<UInt>(0)
    private let stray = Mutex<[UnownedJob]>([])
    private let isClosed = Atomic(false)
    private let onEscape: @Sendable () -> Void

    init(onEscape: @escaping @Sendable () -> Void) {
        self.onEscape = onEscape
    }

    /// How many jobs wait for their turn; to be asked inside ``drain(_:)`` only.
    var queued: Int { jobs.count }

    /// Whether the caller runs inside ``drain(_:)``.
    var isDrainingHere: Bool { draining.load(ordering: .acquiring) == CurrentThread.number }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard isDrainingHere else {
            stray.withLock { $0.append(job) }
            return reportEscape()
        }
        jobs.append(job)
    }

    /// Reports that code of the instance runs outside this executor.
    func reportEscape() {
        if !isClosed.load(ordering: .acquiring) { onEscape() }
    }

    /// Stops reporting escapes: the instance was evicted.
    func close() { isClosed.store(true, ordering: .releasing) }

    /// Calls `feed`, then runs everything that became runnable, and what that makes runnable, until nothing is.
    func drain(_ feed: () -> Void) {
        draining.store(CurrentThread.number, ordering: .releasing)
        feed()
        while let job = jobs.popFirst() {
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
        draining.store(0, ordering: .releasing)
    }
}
