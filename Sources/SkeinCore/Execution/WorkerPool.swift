private import DequeModule
private import Synchronization

/// The threads that the runtimes of this process work on: their runners, and the user's asynchronous code.
///
/// What a thread submits just before it comes back is done by the same thread (``PromptReturn``). So a lone unit of
/// work does not change threads, and no sleeping core has to be woken for it.
///
/// - Ordering: runners and asynchronous code take turns, each kind in the order of arrival.
/// - Cost: none while there is nothing to do. A thread that has slept for ten seconds ends.
final class WorkerPool: TaskExecutor {
    private struct State {
        /// Runners whose turn has not come.
        var lanes = Deque<WorkerLane>()
        var jobs = Deque<UnownedJob>()
        /// The workers that sleep. The one that went to sleep last is woken first.
        var idle: [Worker] = []
        var workers = 0
        var busyLanes = 0
        var busyJobs = 0
        /// Whose turn it is when there are both.
        var isTurnOfJobs = false
    }

    private enum Work {
        case lane(WorkerLane)
        case job(UnownedJob)
    }

    /// What the caller has to do, outside the lock, so that a thread does the work that waits.
    private enum Summons {
        case none
        case wake(Worker)
        case start
    }

    /// The one pool of the process. It outlives runtimes, because their user code may never return.
    static let shared = WorkerPool(width: max(2, Worker.cores))

    /// How many pieces of asynchronous code run at a time. Runners are not limited, because they may block; there are
    /// few of them.
    private let width: Int
    private let state = Mutex(State())

    init(width: Int) { self.width = width }

    /// How many threads the pool has now.
    var workerCount: Int { state.withLock { $0.workers } }

    func makeRunner() -> any Runner { WorkerLane(pool: self) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        submit { $0.jobs.append(job) }
    }

    func submit(_ lane: WorkerLane) { submit { $0.lanes.append(lane) } }

    private func submit(_ add: (inout State) -> Void) {
        let returnsSoon = Worker.current.map { $0.returnsSoon && $0.pool === self } ?? false
        let summons = state.withLock { state -> Summons in
            let isFirst = state.lanes.isEmpty && state.jobs.isEmpty
            add(&state)
            return isFirst && returnsSoon ? .none : Self.summons(&state, width: width)
        }
        obey(summons)
    }

    /// Has another thread do the work that waits for the calling thread to come back.
    func summon() { obey(state.withLock { Self.summons(&$0, width: width) }) }

    private static func summons(_ state: inout State, width: Int) -> Summons {
        let jobs = min(state.jobs.count, width - state.busyJobs)
        guard !state.lanes.isEmpty || jobs > 0 else { return .none }
        if let worker = state.idle.popLast() { return .wake(worker) }
        guard state.workers < state.busyLanes + state.lanes.count + state.busyJobs + jobs else { return .none }
        state.workers += 1
        return .start
    }

    private func obey(_ summons: Summons) {
        switch summons {
        case .none: break
        case .wake(let worker): worker.wake()
        case .start:
            let worker = Worker(pool: self)
            worker.start { [self] in serve(worker) }
        }
    }

    /// What a worker's thread does.
    private func serve(_ worker: Worker) {
        var done: Work?
        while true {
            done = take(worker, after: done)
            worker.returnsSoon = false
            switch done {
            case .lane(let lane)?: lane.runNext()
            case .job(let job)?: job.runSynchronously(on: asUnownedTaskExecutor())
            case nil: if !worker.sleep(), dismiss(worker) { return }
            }
        }
    }

    /// The next piece of work, and a summons for somebody else if there is more; `nil` lets the worker sleep.
    private func take(_ worker: Worker, after done: Work?) -> Work? {
        var lane: WorkerLane?
        if case .lane(let ended) = done, ended.needsTurn() { lane = ended }
        let (work, summons) = state.withLock { state -> (Work?, Summons) in
            switch done {
            case .lane: state.busyLanes -= 1
            case .job: state.busyJobs -= 1
            case nil: break
            }
            if let lane { state.lanes.append(lane) }
            guard let work = next(&state) else {
                state.idle.append(worker)
                return (nil, .none)
            }
            return (work, Self.summons(&state, width: width))
        }
        obey(summons)
        return work
    }

    private func next(_ state: inout State) -> Work? {
        if state.busyJobs < width, state.isTurnOfJobs || state.lanes.isEmpty, let job = state.jobs.popFirst() {
            state.isTurnOfJobs = false
            state.busyJobs += 1
            return .job(job)
        }
        guard let lane = state.lanes.popFirst() else { return nil }
        state.isTurnOfJobs = true
        state.busyLanes += 1
        return .lane(lane)
    }

    /// Lets a worker go that has slept long enough. When it is being woken at this moment, it stays awake.
    private func dismiss(_ worker: Worker) -> Bool {
        let isIdle = state.withLock { state in
            guard let index = state.idle.firstIndex(where: { $0 === worker }) else { return false }
            state.idle.remove(at: index)
            state.workers -= 1
            return true
        }
        if !isIdle { worker.awaitCall() }
        return isIdle
    }
}
