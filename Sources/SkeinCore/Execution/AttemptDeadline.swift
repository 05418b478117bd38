internal import Synchronization

/// The time limit of one attempt of user code. The time starts when the code begins to run, so waiting for a free
/// thread does not count. Time for which the whole process is stopped does not count either; see ``RunningTime``.
final class AttemptDeadline: Sendable {
    private enum State {
        case idle
        case running(RunningTime, TimerService.Token)
        /// The code has ended or has missed the limit, whichever came first.
        case over
    }

    private let core: RuntimeCore
    private let limit: Duration
    /// Reads the processor time of the thread that runs the code; `nil` when the code may change threads.
    private let used: (@Sendable () -> Duration?)?
    private let state = Mutex(State.idle)

    init(_ limit: Duration, core: RuntimeCore, used: (@Sendable () -> Duration?)? = nil) {
        (self.limit, self.core, self.used) = (limit, core, used)
    }

    /// Starts the time. `missed` is called, at most once, when the code has not ended in time.
    func begin(_ missed: @escaping @Sendable () -> Void) {
        let clock = core.intervals.clock
        let time = RunningTime(limit, from: clock.now, mayStandStill: clock.mayStandStill)
        state.withLock { state in
            guard case .idle = state else { return }
            state = .running(time, plan(time, missed))
        }
    }

    /// Ends the time: `missed` is not called after this.
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
