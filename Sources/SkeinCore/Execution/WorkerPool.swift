private import DequeModule
private import Synchronization

/// The threads that the runtimes of this process work on: their runners, and the user's asynchronous code.
///
/// What a thread submits just before it comes back is done by the same thread (``PromptReturn``). So a lone unit of
/// work does not change threads, and no sleeping core has to be woken for it.
///
/// Asynchronous code that blocks its thread holds up other such code only for a while: it then gives its place to what
/// waits, and a further thread begins.
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
        var busyJobs: [BusyJob] = []
        /// How many of the busy jobs have given up their places.
        var stuckJobs = 0
        /// Whether somebody looks at the busy jobs in a while, because others wait for their places.
        var isWatched = false
        /// Whose turn it is when there are both.
        var isTurnOfJobs = false
    }

    /// A piece of asynchronous code on a thread.
    private struct BusyJob {
        let worker: Worker
        /// How often it was looked at while others waited. It has given up its place when that was twice.
        var looks = 0

        var isStuck: Bool { looks >= 2 }
    }

    private enum Work {
        case lane(WorkerLane)
        case job(UnownedJob)
    }

    /// What the caller has to do, outside the lock, so that a thread does the work that waits.
    private struct Summons {
        enum Call {
            case none
            case wake(Worker)
            case start
        }

        var call = Call.none
        /// Whether to look at the busy jobs in a while.
        var beginsWatch = false
    }

    /// The one pool of the process. It outlives runtimes, because their user code may never return.
    static let shared = WorkerPool(width: max(2, Worker.cores))

    /// How many busy jobs give up their places at most.
    private static let mostStuck = 64

    /// How many pieces of asynchronous code run at a time, without those that are stuck. Runners are not limited,
    /// because they may block; there are few of them.
    private let width: Int
    /// How long asynchronous code may keep its place on a thread while other code waits for one.
    private let patience: Duration
    private let state = Mutex(State())
    private let isSomebodyWakeful = Atomic(false)

    init(width: Int, patience: Duration = .seconds(1)) {
        (self.width, self.patience) = (width, patience)
    }

    /// How many threads the pool has now.
    var workerCount: Int { state.withLock { $0.workers } }

    func makeRunner() -> any Runner { WorkerLane(pool: self) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        submit { $0.jobs.append(job) }
    }

    func submit(_ lane: WorkerLane) { submit { $0.lanes.append(lane) } }

    private func submit(_ add: (inout State) -> Void) {
        let worker = Worker.current.flatMap { $0.pool === self ? $0 : nil }
        let summons = state.withLock { state -> Summons in
            let isFirst = state.lanes.isEmpty && state.jobs.isEmpty
            add(&state)
            guard let worker, worker.gathers || worker.returnsSoon && isFirst else {
                return Self.summons(&state, width: width)
            }
            return Summons()
        }
        obey(summons)
    }

    /// Has another thread do the work that waits for the calling thread to come back.
    ///
    /// - Parameter comingBack: whether the calling thread comes back soon, so that it does one piece itself.
    func summon(comingBack: Bool = false) {
        let summons = state.withLock { state -> Summons in
            guard !comingBack || state.lanes.count + state.jobs.count > 1 else { return Summons() }
            return Self.summons(&state, width: width)
        }
        obey(summons)
    }

    private static func summons(_ state: inout State, width: Int) -> Summons {
        var summons = Summons()
        let places = places(state, width: width)
        if !state.jobs.isEmpty, places <= 0, !state.isWatched {
            (state.isWatched, summons.beginsWatch) = (true, true)
        }
        let jobs = min(state.jobs.count, max(0, places))
        guard !state.lanes.isEmpty || jobs > 0 else { return summons }
        if let worker = state.idle.popLast() {
            summons.call = .wake(worker)
        } else if state.workers < state.busyLanes + state.lanes.count + state.busyJobs.count + jobs {
            state.workers += 1
            summons.call = .start
        }
        return summons
    }

    /// How many more pieces of asynchronous code may run.
    private static func places(_ state: State, width: Int) -> Int { width + state.stuckJobs - state.busyJobs.count }

    private func obey(_ summons: Summons) {
        switch summons.call {
        case .none: break
        case .wake(let worker): worker.wake()
        case .start:
            let worker = Worker(pool: self)
            worker.start { [self] in serve(worker) }
        }
        guard summons.beginsWatch else { return }
        Worker.run(after: patience) { [weak self] in self?.look() }
    }

    /// Takes the places of busy jobs that have kept them for too long.
    private func look() {
        let summons = state.withLock { state -> Summons in
            state.isWatched = false
            for index in state.busyJobs.indices where !state.busyJobs[index].isStuck {
                guard state.stuckJobs < Self.mostStuck else { break }
                state.busyJobs[index].looks += 1
                if state.busyJobs[index].isStuck { state.stuckJobs += 1 }
            }
            return Self.summons(&state, width: width)
        }
        obey(summons)
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
            case nil: if !rest(worker), dismiss(worker) { return }
            }
        }
    }

    /// Lets a worker sleep. At most one stays awake for a moment before, and ever more seldom while that is in vain.
    ///
    /// - Returns: whether it was woken.
    private func rest(_ worker: Worker) -> Bool {
        guard worker.expectsCall, isSomebodyWakeful.exchange(true, ordering: .acquiring) == false else {
            return worker.sleep()
        }
        let isCalled = worker.isCalledSoon()
        isSomebodyWakeful.store(false, ordering: .releasing)
        return isCalled || worker.sleep()
    }

    /// The next piece of work, and a summons for somebody else if there is more; `nil` lets the worker sleep.
    private func take(_ worker: Worker, after done: Work?) -> Work? {
        var lane: WorkerLane?
        if case .lane(let ended) = done, ended.needsTurn() { lane = ended }
        let (work, summons) = state.withLock { state -> (Work?, Summons) in
            switch done {
            case .lane: state.busyLanes -= 1
            case .job: Self.end(worker, &state)
            case nil: break
            }
            if let lane { state.lanes.append(lane) }
            let work = next(worker, &state)
            let summons = Self.summons(&state, width: width)
            if work == nil { state.idle.append(worker) }
            return (work, summons)
        }
        obey(summons)
        return work
    }

    /// The job of a worker has come back.
    private static func end(_ worker: Worker, _ state: inout State) {
        guard let index = state.busyJobs.firstIndex(where: { $0.worker === worker }) else { return }
        if state.busyJobs[index].isStuck { state.stuckJobs -= 1 }
        state.busyJobs.remove(at: index)
    }

    private func next(_ worker: Worker, _ state: inout State) -> Work? {
        let hasPlace = Self.places(state, width: width) > 0
        if hasPlace, state.isTurnOfJobs || state.lanes.isEmpty, let job = state.jobs.popFirst() {
            state.isTurnOfJobs = false
            state.busyJobs.append(BusyJob(worker: worker))
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
