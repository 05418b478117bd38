internal import SkeinCore
import Synchronization

/// Lets messages through one delivery at a time, in one canonical order: by position in the log, then by subscription
/// name.
///
/// With it, what a run publishes does not depend on how the work was cut into commits or where a crash fell.
final class CanonicalGate: DeliveryGate {
    private struct State {
        var openers: [(subscription: String, open: @Sendable () -> Void)] = []
        var position: Int64
        /// How many subscriptions, in order of name, may read `position` itself.
        var opened = 0
    }

    private let state: Mutex<State>

    /// - Parameter position: everything up to here may be read by all.
    init(from position: Int64) { state = Mutex(State(position: position)) }

    func register(_ subscription: String, open: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.openers.removeAll { $0.subscription == subscription }
            state.openers.append((subscription, open))
            state.openers.sort { $0.subscription < $1.subscription }
        }
    }

    func limit(of subscription: String) -> Int64 {
        state.withLock { state in
            let rank = state.openers.firstIndex { $0.subscription == subscription } ?? .max
            return rank < state.opened ? state.position : state.position - 1
        }
    }

    /// Opens the next delivery, if the log goes that far.
    ///
    /// - Returns: whether one was opened.
    func advance(end: Int64) -> Bool {
        let open = state.withLock { state -> (@Sendable () -> Void)? in
            if state.opened >= state.openers.count {
                guard state.position < end else { return nil }
                state.position += 1
                state.opened = 0
            }
            guard state.position <= end, state.opened < state.openers.count else { return nil }
            state.opened += 1
            return state.openers[state.opened - 1].open
        }
        open?()
        return open != nil
    }
}
