import SkeinStorage
internal import Synchronization

/// Watches the runner of a kernel from another thread. A reaction that misses its deadline is runaway code: the kernel
/// is fenced, so that it commits nothing more, and replaced by a new one on another thread.
final class ReactionWatch: Sendable {
    private struct State {
        var fenced = false
        var onRunaway: (@Sendable (Suspect) -> Void)?
        /// The code that runs now.
        var running: Running?
        /// The next look at the code that runs then, whichever that is.
        var look: TimerService.Token?
        /// How many looks have been planned.
        var looks: UInt64 = 0
    }

    private struct Running {
        let suspect: Suspect
        var time: RunningTime
        /// Reads the processor time of the kernel's thread.
        let used: (@Sendable () -> Duration?)?
    }

    /// Whose code is running.
    enum Suspect: Sendable {
        /// An instance, whose row may not be in the store yet, and the message that starts it, if one does.
        case instance(InstanceRow, start: Delivered?)
        /// A message whose keys are being computed, and the triggers that it may concern.
        case message(LogRecord, retried: ParkedRow?, concerns: [String])
    }

    private let core: RuntimeCore
    private let state = Mutex(State())

    init(core: RuntimeCore) { self.core = core }

    var isFenced: Bool { state.withLock { $0.fenced } }

    /// Runs `handOver`, unless the kernel is fenced. What it hands over comes before the fence.
    @discardableResult
    func unlessFenced<Result>(_ handOver: () -> Result) -> Result? {
        state.withLock { state in state.fenced ? nil : handOver() }
    }

    /// Sets the action for code that does not return.
    func onRunaway(_ action: @escaping @Sendable (Suspect) -> Void) {
        state.withLock { $0.onRunaway = action }
    }

    /// Fences the kernel: what it does from now on has no effect.
    func fence() {
        state.withLock { state in
            state.fenced = true
            state.onRunaway = nil
        }
    }

    /// Watches over the code of an instance.
    func guarding<Result>(_ row: InstanceRow, _ input: Input?, _ react: () throws -> Result) rethrows -> Result {
        var start: Delivered?
        if case .start(let delivered) = input { start = delivered }
        return try guarding(.instance(row, start: start), react)
    }

    /// Watches over user code that runs on the thread of the kernel.
    ///
    /// Reactions are many and short, so none has a timer of its own: one look is planned at a time, for whatever code
    /// runs then.
    func guarding<Result>(_ suspect: Suspect, _ run: () throws -> Result) rethrows -> Result {
        let clock = core.intervals.clock
        let limit = core.configuration.reactionDeadline
        let time = RunningTime(limit, from: clock.now, mayStandStill: clock.mayStandStill)
        let running = Running(suspect: suspect, time: time, used: core.environment.threadTime())
        let outer = state.withLock { state -> Running? in
            defer { state.running = running }
            if state.look == nil { plan(&state, at: time.next) }
            return state.running
        }
        defer {
            let needless = state.withLock { state -> TimerService.Token? in
                state.running = outer
                guard outer == nil, clock.wantsExactAlarms else { return nil }
                return state.look.take()
            }
            needless.map(core.intervals.cancel)
        }
        return try PromptReturn.suspended(run)
    }

    private func plan(_ state: inout State, at due: Timestamp) {
        state.looks += 1
        state.look = core.intervals.schedule(at: due) { [weak self, number = state.looks] in self?.look(number) }
    }

    /// Looks whether the code that runs has used up its time.
    private func look(_ number: UInt64) {
        let runaway = state.withLock { state -> (action: (@Sendable (Suspect) -> Void)?, suspect: Suspect)? in
            guard number == state.looks else { return nil }
            state.look = nil
            guard var running = state.running else { return nil }
            guard running.time.look(at: core.intervals.clock.now, used: running.used?()) else {
                state.running = running
                plan(&state, at: running.time.next)
                return nil
            }
            return (state.onRunaway, running.suspect)
        }
        if let runaway { runaway.action?(runaway.suspect) }
    }
}
