import SkeinStorage
internal import DequeModule
internal import Synchronization

/// Questions asked in memory, by the id of their message.
final class PendingRequests: Sendable {
    private struct State {
        var waiting: [MessageID: (answer: MessageName, continuation: UnsafeContinuation<LogRecord, any Error>)] = [:]
        /// Questions that were given up, so that their answers are known to be late; the newest of them only.
        var expired: Set<MessageID> = []
        var order = Deque<MessageID>()
        /// Calls `done` when all answers in the log have been read.
        var read: (@Sendable (_ done: @escaping @Sendable () -> Void) -> Void)?
    }

    /// How many given-up questions are remembered.
    private static let remembered = 10_000

    private let state = Mutex(State())

    /// Sets the function that calls `done` when all answers in the log have been read.
    func read(by reader: @escaping @Sendable (_ done: @escaping @Sendable () -> Void) -> Void) {
        state.withLock { $0.read = reader }
    }

    /// Fails a question whose time is over, unless the log has its answer already; the log is read first.
    func expire(_ id: MessageID, _ error: any Error) {
        guard let read = state.withLock({ $0.read }) else { return fail(id, error) }
        read { [self] in fail(id, error) }
    }

    /// Whether no answer needs to be read: no question waits, and none is remembered whose answer would count as late.
    var isIdle: Bool { state.withLock { $0.waiting.isEmpty && $0.expired.isEmpty } }

    func add(_ id: MessageID, for answer: MessageName, _ continuation: UnsafeContinuation<LogRecord, any Error>) {
        state.withLock { $0.waiting[id] = (answer, continuation) }
    }

    /// Hands an answer to the caller who waits for it.
    ///
    /// - Returns: whether the answer is late: its question was given up.
    func deliver(_ record: LogRecord, to id: MessageID) -> Bool {
        let (continuation, late) = state.withLock { state -> (UnsafeContinuation<LogRecord, any Error>?, Bool) in
            // A document of another type that was caused by the question is no answer to it.
            if let waiting = state.waiting[id], waiting.answer != record.envelope.name { return (nil, false) }
            return (state.waiting.removeValue(forKey: id)?.continuation, state.expired.remove(id) != nil)
        }
        continuation?.resume(returning: record)
        return late
    }

    /// Gives up a question; does nothing for one that is answered.
    func fail(_ id: MessageID, _ error: any Error) {
        let continuation = state.withLock { state -> UnsafeContinuation<LogRecord, any Error>? in
            guard let continuation = state.waiting.removeValue(forKey: id)?.continuation else { return nil }
            state.expired.insert(id)
            state.order.append(id)
            if state.order.count > Self.remembered { state.expired.remove(state.order.removeFirst()) }
            return continuation
        }
        continuation?.resume(throwing: error)
    }

    func failAll(_ error: any Error) {
        let all = state.withLock { state in
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for waiting in all { waiting.continuation.resume(throwing: error) }
    }
}
