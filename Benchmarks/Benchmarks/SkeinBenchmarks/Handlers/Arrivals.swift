import Synchronization

/// Lets the publisher of a message wait for its handler.
final class Arrivals: Sendable {
    private enum State {
        case idle
        case awaited(String, CheckedContinuation<Void, Never>)
        case arrived(String)
    }

    private let state = Mutex(State.idle)

    /// Called by the handler.
    func arrive(_ id: String) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .awaited(id, let continuation) = state {
                state = .idle
                return continuation
            }
            state = .arrived(id)
            return nil
        }
        waiter?.resume()
    }

    /// Returns when the handler has been called with the id; it may have been already.
    func wait(for id: String) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if case .arrived(id) = state {
                    state = .idle
                    return true
                }
                state = .awaited(id, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
