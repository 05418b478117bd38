internal import DequeModule
internal import Synchronization

/// A queue in front of a runner: whatever is posted is handed to `handle` in batches, in order, on the runner.
///
/// Posting from any thread costs a lock and, when the runner sleeps, one submission.
final class Inbox<Element: Sendable>: Sendable {
    private struct State {
        var elements = Deque<Element>()
        var scheduled = false
        var closed = false
    }

    private let runner: any Runner
    private let limit: Int
    private let handle: @Sendable ([Element]) -> Void
    private let state = Mutex(State())

    /// - Parameter limit: the largest batch.
    init(runner: any Runner, limit: Int, handle: @escaping @Sendable ([Element]) -> Void) {
        (self.runner, self.limit, self.handle) = (runner, limit, handle)
    }

    func post(_ element: Element) {
        let schedule = state.withLock { state in
            guard !state.closed else { return false }
            state.elements.append(element)
            defer { state.scheduled = true }
            return !state.scheduled
        }
        if schedule { submit() }
    }

    /// Whether nothing is queued behind what is being handled.
    var isEmpty: Bool { state.withLock { $0.elements.isEmpty } }

    /// Drops what is queued and everything posted later.
    func close() {
        state.withLock { state in
            state.closed = true
            state.elements.removeAll()
        }
    }

    private func submit() {
        runner.submit { [self] in
            let batch = state.withLock { state -> [Element] in
                let count = min(limit, state.elements.count)
                let batch = Array(state.elements.prefix(count))
                state.elements.removeFirst(count)
                return batch
            }
            if !batch.isEmpty { handle(batch) }
            let more = state.withLock { state in
                if state.elements.isEmpty { state.scheduled = false }
                return state.scheduled
            }
            if more { submit() }
        }
    }
}
