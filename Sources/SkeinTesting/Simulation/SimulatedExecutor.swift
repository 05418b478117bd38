import DequeModule
package import SkeinCore
import Synchronization

/// Runs everything that a runtime does on one thread: its runners and the user's asynchronous code.
///
/// Nothing runs until ``runUntilIdle()`` or ``runNext()`` is called, and then on the caller's thread. To simulate a
/// killed process, drop the executor with work in it.
///
/// - Ordering: without a seed, in the order of arrival. With a seed, as on a machine with many threads: each runner
///   keeps the order of its own work, and the seed decides which runner or which piece of asynchronous code runs next.
///   About one runner in six is slow for as long as the executor lives.
package final class SimulatedExecutor: TaskExecutor, Runner, Sendable {
    private enum Item: Sendable {
        case job(UnownedJob)
        case work(@Sendable () -> Void)
    }

    /// The work of one runner, in order.
    private struct Lane {
        var items = Deque<Item>()
        /// The weight in the draw for what runs next.
        var pace: UInt64
    }

    private struct State {
        /// The first lane is for work that belongs to no runner.
        var lanes: [Lane] = []
        /// Asynchronous code with a seed: pieces without an order among them.
        var jobs = Deque<Item>()
        var random: SeededRandom?
        var halted = false
    }

    private let state: Mutex<State>

    /// Creates an executor that runs its work in the order of arrival.
    package convenience init() { self.init(seed: nil) }

    /// - Parameter seed: decides what runs next; `nil` for the order of arrival.
    package init(seed: UInt64?) {
        state = Mutex(State(lanes: [Lane(pace: 8)], random: seed.map { SeededRandom(seed: $0) }))
    }

    /// Makes a runner that keeps the order of its own work. Without a seed, work of different runners keeps the order
    /// of arrival as well.
    package func makeRunner() -> any Runner {
        state.withLock { state -> any Runner in
            guard var random = state.random else { return self }
            let draw = random.next()
            state.random = random
            state.lanes.append(Lane(pace: draw % 6 == 0 ? 1 : 8 + draw >> 32 % 9))
            return LaneRunner(executor: self, lane: state.lanes.count - 1)
        }
    }

    /// Adds a job of the Swift runtime; callable from any thread.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { state in
            if state.random == nil { state.lanes[0].items.append(.job(job)) } else { state.jobs.append(.job(job)) }
        }
    }

    /// Adds work that belongs to no runner of ``makeRunner()``; callable from any thread. Such work keeps its order.
    package func submit(_ work: @escaping @Sendable () -> Void) { submit(work, to: 0) }

    fileprivate func submit(_ work: @escaping @Sendable () -> Void, to lane: Int) {
        state.withLock { $0.lanes[lane].items.append(.work(work)) }
    }

    /// Stops the executor: whatever is in the queue never runs.
    package func halt() { state.withLock { $0.halted = true } }

    /// Whether ``halt()`` has been called.
    package var isHalted: Bool { state.withLock { $0.halted } }

    /// Runs one piece of work.
    ///
    /// - Returns: whether there was one; `false` when the executor is empty or halted.
    @discardableResult
    package func runNext() -> Bool {
        guard let item = state.withLock({ Self.take(from: &$0) }) else { return false }
        switch item {
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .work(let work): work()
        }
        return true
    }

    /// Runs until the queue is empty or halted.
    ///
    /// - Returns: how many pieces of work ran.
    @discardableResult
    package func runUntilIdle() -> Int {
        var count = 0
        while runNext() { count += 1 }
        return count
    }

    private static func take(from state: inout State) -> Item? {
        guard !state.halted else { return nil }
        guard var random = state.random else { return state.lanes[0].items.popFirst() }
        let jobs = state.jobs.isEmpty ? 0 : UInt64(8 + min(state.jobs.count, 8))
        let total = state.lanes.reduce(jobs) { $1.items.isEmpty ? $0 : $0 + $1.pace }
        guard total > 0 else { return nil }
        var pick = random.next() % total
        defer { state.random = random }
        for index in state.lanes.indices where !state.lanes[index].items.isEmpty {
            if pick < state.lanes[index].pace { return state.lanes[index].items.popFirst() }
            pick -= state.lanes[index].pace
        }
        return state.jobs.remove(at: Int(random.next() % UInt64(state.jobs.count)))
    }
}

/// One runner of a seeded executor.
private struct LaneRunner: Runner {
    let executor: SimulatedExecutor
    let lane: Int

    func submit(_ work: @escaping @Sendable () -> Void) { executor.submit(work, to: lane) }
}
