import DequeModule
public import SkeinCore
import Synchronization

/// One deterministic queue for everything that a runtime does: its runners and the user's asynchronous code.
///
/// Nothing runs until ``runUntilIdle()`` is called, and then on the caller's thread, first come first served. A queue
/// that is let go with work in it is what a killed process leaves behind.
public final class SimulatedExecutor: TaskExecutor, Runner, Sendable {
    private enum Item: Sendable {
        case job(UnownedJob)
        case work(@Sendable () -> Void)
    }

    private struct State {
        var items = Deque<Item>()
        var halted = false
    }

    private let state = Mutex(State())

    public init() {}

    /// Puts a job at the end of the queue; from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.items.append(.job(job)) }
    }

    /// Puts work at the end of the queue, behind all jobs and work already there; from any thread.
    public func submit(_ work: @escaping @Sendable () -> Void) {
        state.withLock { $0.items.append(.work(work)) }
    }

    /// Runs nothing more, whatever is in the queue.
    public func halt() { state.withLock { $0.halted = true } }

    /// Whether ``halt()`` has been called.
    public var isHalted: Bool { state.withLock { $0.halted } }

    /// Runs until the queue is empty or halted.
    ///
    /// - Returns: how many pieces of work ran.
    @discardableResult
    public func runUntilIdle() -> Int {
        var count = 0
        while let item = state.withLock({ $0.halted ? nil : $0.items.popFirst() }) {
            count += 1
            switch item {
            case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
            case .work(let work): work()
            }
        }
        return count
    }
}
