internal import Synchronization

/// Remembers the first failure and tells whoever asks.
final class FailureSlot: Sendable {
    private struct State {
        var error: (any Error)?
        var observers: [@Sendable (any Error) -> Void] = []
    }

    private let state = Mutex(State())

    var error: (any Error)? { state.withLock { $0.error } }

    func fail(_ error: any Error) {
        let observers = state.withLock { state -> [@Sendable (any Error) -> Void] in
            guard state.error == nil else { return [] }
            state.error = error
            return state.observers
        }
        for observer in observers { observer(error) }
    }

    func observe(_ observer: @escaping @Sendable (any Error) -> Void) {
        let error = state.withLock { state in
            state.observers.append(observer)
            return state.error
        }
        if let error { observer(error) }
    }
}
