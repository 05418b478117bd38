import Synchronization

/// Checks that messages of one key are handled in the order of their numbers, each once.
final class KeyOrders: Sendable {
    private struct State {
        var last: [Int: Int] = [:]
        var count = 0
        var disorders = 0
    }

    private let state = Mutex(State())

    func begin() { state.withLock { $0 = State() } }

    /// Called by the handler.
    ///
    /// - Returns: how many messages have been handled.
    @discardableResult
    func note(_ number: Int, of key: Int) -> Int {
        state.withLock { state in
            if let last = state.last[key], last >= number { state.disorders += 1 }
            state.last[key] = number
            state.count += 1
            return state.count
        }
    }

    /// - Throws: ``UnexpectedOutcome`` when messages are missing, have come twice or out of order.
    func check(_ count: Int) throws {
        let (seen, disorders) = state.withLock { ($0.count, $0.disorders) }
        guard seen == count, disorders == 0 else {
            throw UnexpectedOutcome(
                description: "\(seen) of \(count) events were handled, \(disorders) of them out of order")
        }
    }
}
