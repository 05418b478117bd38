internal import Synchronization

/// Calls that wait for an answer in memory. Each gets exactly one: at the latest when the runtime stops.
final class OpenCalls<Answer: Sendable>: Sendable {
    private struct State {
        var waiting: [UInt64: Once<Answer>] = [:]
        var next: UInt64 = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let atStop: Answer

    init(atStop: Answer) { self.atStop = atStop }

    /// A callback for the answer to a call; only the first time counts.
    func begin(_ done: @escaping @Sendable (Answer) -> Void) -> @Sendable (Answer) -> Void {
        let once = Once<Answer>(done)
        let number = state.withLock { state -> UInt64? in
            guard !state.isStopped else { return nil }
            state.next += 1
            state.waiting[state.next] = once
            return state.next
        }
        guard let number else {
            once.resume(atStop)
            return { _ in }
        }
        return { [self] answer in
            state.withLock { _ = $0.waiting.removeValue(forKey: number) }
            once.resume(answer)
        }
    }

    /// Answers what is open, and everything that begins later.
    func stop() {
        let all = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for once in all { once.resume(atStop) }
    }
}

/// Resumes something once, whoever comes first.
final class Once<Value: Sendable>: Sendable {
    private struct State: Sendable { var action: (@Sendable (Value) -> Void)? }

    private let state: Mutex<State>

    init(_ action: @escaping @Sendable (Value) -> Void) { state = Mutex(State(action: action)) }

    func resume(_ value: Value) { state.withLock { $0.action.take() }?(value) }
}
