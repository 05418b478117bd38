import SkeinStorage
internal import Synchronization

/// The new messages for which an engine is woken. For others it is woken once in a while, so that its place moves on.
/// So a commit wakes no thread that has nothing to do.
final class LogInterest: Sendable {
    private struct State {
        var names: Set<MessageName>
        /// How many messages of no interest have been appended since the engine was last woken.
        var passed = 0
        /// The position that the engine waits for, whatever the message there.
        var awaited = Int64.max
    }

    /// After how many messages of no interest the engine is woken all the same.
    static let stride = 512

    private let state: Mutex<State>
    private let also: @Sendable (Envelope) -> Bool

    /// - Parameters:
    ///   - names: the types that the engine reacts to.
    ///   - also: asked about all other messages, on the committer's thread.
    init(_ names: some Sequence<MessageName> = [], also: @escaping @Sendable (Envelope) -> Bool = { _ in false }) {
        state = Mutex(State(names: Set(names)))
        self.also = also
    }

    /// Adds a type. Messages of it that are in the log already have to be read by the caller.
    func add(_ name: MessageName) {
        state.withLock { _ = $0.names.insert(name) }
    }

    /// Wakes the engine also for the next message at or above a position, of whatever type. A message that is in the
    /// log already has to be looked for by the caller afterwards.
    func wakeOnce(at position: Int64) {
        state.withLock { $0.awaited = position }
    }

    /// Takes note of new messages.
    ///
    /// - Returns: whether to wake the engine.
    func wakes(for records: [LogRecord]) -> Bool {
        state.withLock { state in
            let isConcerned = records.contains { record in
                state.names.contains(record.envelope.name) || also(record.envelope)
            }
            let isAwaited = records.last.map { $0.position >= state.awaited } ?? false
            if isAwaited { state.awaited = .max }
            state.passed = isConcerned ? 0 : state.passed + records.count
            guard isConcerned || isAwaited || state.passed >= Self.stride else { return false }
            state.passed = 0
            return true
        }
    }
}
