internal import Synchronization

/// The time limit of one attempt of user code. It runs from when the code begins, not from when it was handed over: a
/// pool without free threads is no fault of the code that waits for one. Time in which the whole process stood still
/// does not count; see ``RunningTime``.
final class AttemptDeadline: Sendable {
    private enum State {
        case idle
        case running(RunningTime, TimerService.Token)
        /// The code has ended, or its time is over: whichever came first.
        case over
    }

    private let core: RuntimeCore
    private let limit: Duration
    /// How long the thread that runs the code has used the processor; `nil` where no thread is its own.
    private let used: (@Sendable () -> Duration?)?
    private let state = Mutex(State.idle)

    init(_ limit: Duration, core: RuntimeCore, used: (@Sendable () -> Duration?)? = nil) {
        (self.limit, self.core, self.used) = (limit, core, used)
    }

    /// The code begins; `missed` is called when it has not ended in time.
    func begin(_ missed: @escaping @Sendable () -> Void) {
        let clock = core.intervals.clock
        let time = RunningTime(limit, from: clock.now, mayStandStill: clock.mayStandStill)
        state.withLock { state in
            guard case .idle = state else { return }
            state = .running(time, plan(time, missed))
        }
    }

    /// The code has ended, or is no longer of interest; its time can no longer be over.
    func end() {
        let token = state.withLock { state -> TimerService.Token? in
            defer { state = .over }
            if case .running(_, let token) = state { return token }
            return nil
        }
        token.map(core.intervals.cancel)
    }

    private func plan(_ time: RunningTime, _ missed: @escaping @Sendable () -> Void) -> TimerService.Token {
        core.intervals.schedule(at: time.next) { [self] in look(missed) }
    }

    private func look(_ missed: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            guard case .running(var time, _) = state else { return false }
            let isOver = time.look(at: core.intervals.clock.now, used: used?())
            state = isOver ? .over : .running(time, plan(time, missed))
            return isOver
        }
        if isOver { missed() }
    }
}
