import SkeinStorage
internal import DequeModule
internal import Synchronization

/// The newest messages of the log in memory, so that subscriptions that keep up never read the store.
///
/// It is the only hand-over inside a process: a message reaches it after its commit and in the order of positions, and
/// a reader that has fallen out of the window reads the store up to it, so no second path could overtake.
final class LogTail: Sendable {
    private struct State {
        var records = Deque<LogRecord>()
        /// Every message above this position is in `records`.
        var base: Int64
        var end: Int64
        var observers: [Observer] = []
        /// The payloads in `records` together.
        var bytes = 0
    }

    private struct Observer {
        let interest: LogInterest
        let wake: @Sendable () -> Void
    }

    private let capacity: Int
    private let byteCapacity: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - capacity: the largest number of messages kept.
    ///   - byteCapacity: the largest size of their payloads together; the newest message is kept whatever its size.
    init(capacity: Int, byteCapacity: Int) {
        (self.capacity, self.byteCapacity) = (capacity, byteCapacity)
        state = Mutex(State(base: 0, end: 0))
    }

    /// Says where the store's log ended when it was looked at; what has been appended since may have come already.
    func open(end: Int64) {
        state.withLock { state in
            while let first = state.records.first, first.position <= end { Self.removeFirst(from: &state) }
            // So many records may have been appended already that the kept ones begin beyond `end`.
            state.base = max(end, state.base)
            state.end = max(end, state.end)
        }
    }

    /// The position of the newest message.
    var end: Int64 { state.withLock { $0.end } }

    /// Adds a callback for "there is something new"; it is called on the thread that commits and must be short.
    func observe(_ interest: LogInterest, _ wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.observers.append(Observer(interest: interest, wake: wake)) }
    }

    func append(_ records: [LogRecord]) {
        guard let last = records.last else { return }
        let observers = state.withLock { state in
            for record in records where record.position > state.end {
                state.records.append(record)
                state.bytes += record.envelope.payload.bytes.count
            }
            state.end = max(state.end, last.position)
            while state.records.count > capacity || state.bytes > byteCapacity && state.records.count > 1 {
                Self.removeFirst(from: &state)
            }
            return state.observers
        }
        for observer in observers where observer.interest.wakes(for: records) { observer.wake() }
    }

    private static func removeFirst(from state: inout State) {
        let first = state.records.removeFirst()
        state.base = first.position
        state.bytes -= first.envelope.payload.bytes.count
    }

    /// Up to `limit` messages above a position, or `nil` when the position lies before the window.
    func records(after position: Int64, limit: Int) -> [LogRecord]? {
        state.withLock { state in
            guard position >= state.base else { return nil }
            var (low, high) = (0, state.records.count)
            while low < high {
                let middle = (low + high) / 2
                if state.records[middle].position <= position { low = middle + 1 } else { high = middle }
            }
            return Array(state.records[low..<min(low + limit, state.records.count)])
        }
    }
}
