import Synchronization

/// Counts how many are inside at once.
final class Gauge: Sendable {
    private let state = Mutex((inside: 0, peak: 0))

    /// How many are inside now.
    var inside: Int { state.withLock { $0.inside } }
    /// The most that were inside at once.
    var peak: Int { state.withLock { $0.peak } }

    /// Goes in, lets all others have several turns, and leaves.
    func pass() async {
        enter()
        for _ in 0..<8 { await Task.yield() }
        leave()
    }

    func enter() {
        state.withLock { state in
            state.inside += 1
            state.peak = max(state.peak, state.inside)
        }
    }

    func leave() { state.withLock { $0.inside -= 1 } }
}
