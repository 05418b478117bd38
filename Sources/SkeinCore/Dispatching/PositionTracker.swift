internal import DequeModule
internal import Synchronization

/// Knows which messages of a subscription are in flight, and so how far its position may move: to just below the lowest
/// one that is not handled, and never past it.
final class PositionTracker: Sendable {
    private struct State {
        /// In flight or handled out of order, ascending.
        var open = Deque<(position: Int64, done: Bool)>()
        /// Everything up to here is handled, parked or of no interest.
        var watermark: Int64
        /// The highest position seen.
        var seen: Int64
        /// Handled above the watermark before the last restart, and not seen since.
        var completedBefore: Set<Int64>
    }

    let subscription: String
    private let state: Mutex<State>

    init(subscription: String, row: PositionRow?) {
        self.subscription = subscription
        let position = row?.position ?? 0
        state = Mutex(State(watermark: position, seen: position, completedBefore: Set(row?.completed ?? [])))
    }

    /// The position to go on reading from.
    var seen: Int64 { state.withLock { $0.seen } }

    /// Takes note of a message in reading order.
    ///
    /// - Returns: whether it is to be handled: `false` for one that is of no interest, is in flight, or was handled.
    func begin(_ position: Int64, interesting: Bool) -> Bool {
        state.withLock { state in
            guard position > state.seen else { return false }
            state.seen = position
            let handled = state.completedBefore.remove(position) != nil
            if handled || !interesting {
                if state.open.isEmpty {
                    state.watermark = position
                } else if handled {
                    state.open.append((position, true))
                }
                return false
            }
            state.open.append((position, false))
            return true
        }
    }

    /// Marks messages as handled; to be called when that is durable.
    func complete(_ positions: [Int64]) {
        state.withLock { Self.complete(positions, in: &$0) }
    }

    /// The row to store in the commit that handles the given messages. Changes nothing yet: the commit may fail.
    func row(completing positions: [Int64]) -> PositionRow {
        var state = state.withLock { $0 }
        Self.complete(positions, in: &state)
        let completed = state.open.filter(\.done).map(\.position) + state.completedBefore.sorted()
        return PositionRow(subscription: subscription, position: state.watermark, completed: completed)
    }

    private static func complete(_ positions: [Int64], in state: inout State) {
        for position in positions {
            var (low, high) = (0, state.open.count)
            while low < high {
                let middle = (low + high) / 2
                if state.open[middle].position < position { low = middle + 1 } else { high = middle }
            }
            if low < state.open.count, state.open[low].position == position { state.open[low].done = true }
        }
        while let first = state.open.first, first.done {
            state.watermark = first.position
            state.open.removeFirst()
        }
        if state.open.isEmpty { state.watermark = max(state.watermark, state.seen) }
    }
}
