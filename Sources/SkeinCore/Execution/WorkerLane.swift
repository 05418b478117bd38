private import DequeModule
private import Synchronization

/// A runner of a ``WorkerPool``: its work in order, never two pieces at once.
final class WorkerLane: Runner {
    private struct State {
        var work = Deque<@Sendable () -> Void>()
        /// Whether it has its turn or waits for it.
        var isScheduled = false
    }

    private let pool: WorkerPool
    private let state = Mutex(State())

    init(pool: WorkerPool) { self.pool = pool }

    func submit(_ work: @escaping @Sendable () -> Void) {
        let schedule = state.withLock { state in
            state.work.append(work)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if schedule { pool.submit(self) }
    }

    /// Does one piece of work.
    func runNext() {
        guard let work = state.withLock({ $0.work.popFirst() }) else { return }
        work()
    }

    /// Ends its turn.
    ///
    /// - Returns: whether it needs another one, which the caller then has to see to.
    func needsTurn() -> Bool {
        state.withLock { state in
            state.isScheduled = !state.work.isEmpty
            return state.isScheduled
        }
    }
}
