internal import Synchronization

/// The time limit of one attempt of user code. It runs from when the code begins, not from when it was handed over: a
/// pool without free threads is no fault of the code that waits for one.
final class AttemptDeadline: Sendable {
    private struct State {
        var token: TimerService.Token?
        var isOver = false
    }

    private let core: RuntimeCore
    private let limit: Duration
    private let state = Mutex(State())

    init(_ limit: Duration, core: RuntimeCore) { (self.limit, self.core) = (limit, core) }

    /// The code begins; `missed` is called when it has not ended in time.
    func begin(_ missed: @escaping @Sendable () -> Void) {
        let due = core.environment.clock.now.advanced(by: limit)
        state.withLock { state in
            guard !state.isOver else { return }
            state.token = core.timers.schedule(at: due, missed)
        }
    }

    /// The code has ended, or is no longer of interest.
    func end() {
        let token = state.withLock { state in
            state.isOver = true
            return state.token
        }
        token.map(core.timers.cancel)
    }
}
