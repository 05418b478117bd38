internal import Synchronization

/// The operations under way in one runtime: two of them never change the same incident at once, and none waits for a
/// runtime that has stopped.
final class RunningOperations: Sendable {
    private struct State {
        var incidents: Set<Int64> = []
        var waiting: [UInt64: Once<String?>] = [:]
        var next: UInt64 = 0
        var isStopped = false
    }

    private let state = Mutex(State())

    /// Takes an incident for one operation; `false` while another has it.
    func claim(_ incident: Int64) -> Bool { state.withLock { $0.incidents.insert(incident).inserted } }

    func release(_ incident: Int64) { state.withLock { _ = $0.incidents.remove(incident) } }

    /// A callback for the end of an operation, which is called with an error text at the latest when the
    /// runtime stops.
    func begin(_ done: @escaping @Sendable (String?) -> Void) -> @Sendable (String?) -> Void {
        let once = Once<String?>(done)
        let number = state.withLock { state -> UInt64? in
            guard !state.isStopped else { return nil }
            state.next += 1
            state.waiting[state.next] = once
            return state.next
        }
        guard let number else {
            once.resume(Self.stopped)
            return { _ in }
        }
        return { [self] problem in
            state.withLock { _ = $0.waiting.removeValue(forKey: number) }
            once.resume(problem)
        }
    }

    /// Ends what is under way, and everything that begins later.
    func stop() {
        let all = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for once in all { once.resume(Self.stopped) }
    }

    private static let stopped = "the runtime is stopping; try again when it runs, or when nobody has the store open"
}
