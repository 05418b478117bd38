import SkeinStorage
internal import DequeModule
internal import Synchronization

/// Knows which messages of a subscription are in flight, and so how far its position may move: to just below the lowest
/// one that is not handled, and never past it.
///
/// Only what is in flight is remembered, which is bounded; what has been handled above it is the gaps between. So a
/// commit costs in proportion to what is in flight, however much has passed a slow message.
final class PositionTracker: Sendable {
    private struct State {
        /// Taken note of and not handled, ascending.
        var inFlight = Deque<Int64>()
        /// The highest position seen.
        var seen: Int64
        /// The highest position handled; above it nothing is worth storing.
        var highestHandled: Int64
        /// Handled above the position before the last restart, and not seen since; ascending.
        var handledBefore: Deque<ClosedRange<Int64>>
    }

    let subscription: String
    private let version: Int
    private let state: Mutex<State>

    init(subscription: String, row: PositionRow?) {
        (self.subscription, version) = (subscription, row?.version ?? 0)
        let position = row?.position ?? 0
        let handledBefore = Deque(row?.completed ?? [])
        state = Mutex(State(seen: position, highestHandled: position, handledBefore: handledBefore))
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
            while let range = state.handledBefore.first, range.upperBound < position {
                state.handledBefore.removeFirst()
            }
            if state.handledBefore.first?.contains(position) ?? false {
                state.highestHandled = position
                return false
            }
            if interesting { state.inFlight.append(position) }
            return interesting
        }
    }

    /// Takes note of messages that were handled and have not been seen: they count as handled before the last restart.
    func passOver(_ positions: [Int64]) {
        state.withLock { state in
            let new = positions.filter { $0 > state.seen }.map { $0...$0 }
            var merged = Deque<ClosedRange<Int64>>()
            for range in (state.handledBefore + new).sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                    merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
                } else {
                    merged.append(range)
                }
            }
            state.handledBefore = merged
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
        var completed: [ClosedRange<Int64>] = []
        func add(_ lower: Int64, _ upper: Int64) { if lower <= upper { completed.append(lower...upper) } }
        if let first = state.inFlight.first {
            var last = first
            for position in state.inFlight.dropFirst() {
                guard position < state.highestHandled else { break }
                add(last + 1, position - 1)
                last = position
            }
            add(last + 1, state.highestHandled)
        }
        for range in state.handledBefore { add(max(range.lowerBound, state.seen + 1), range.upperBound) }
        return PositionRow(
            subscription: subscription, position: state.inFlight.first.map { $0 - 1 } ?? state.seen,
            completed: completed, version: version)
    }

    private static func complete(_ positions: [Int64], in state: inout State) {
        for position in positions {
            var (low, high) = (0, state.inFlight.count)
            while low < high {
                let middle = (low + high) / 2
                if state.inFlight[middle] < position { low = middle + 1 } else { high = middle }
            }
            guard low < state.inFlight.count, state.inFlight[low] == position else { continue }
            state.inFlight.remove(at: low)
            state.highestHandled = max(state.highestHandled, position)
        }
    }
}
