internal import DequeModule

/// What waits to be committed, and whether a thread is committing. At most one thread commits at a time: the
/// committer's own, or that of an engine which has nothing else to do.
///
/// Each event returns an action for its caller.
struct CommitQueue<Submission> {
    /// Who commits.
    private enum State {
        case idle
        /// A thread has been asked, or is committing.
        case busy
    }

    /// What the caller of an event has to do.
    enum Action: Equatable {
        case nothing
        /// Commit on the calling thread: call ``next(limit:)`` and then ``finished()``.
        case commitHere
        /// Ask the committer's thread to do so.
        case schedule
    }

    private var state = State.idle
    private var waiting = Deque<Submission>()

    /// Adds a submission behind the others.
    ///
    /// - Parameter here: whether the caller is ready to commit on its own thread.
    mutating func submit(_ submission: Submission, here: Bool) -> Action {
        waiting.append(submission)
        guard state == .idle else { return .nothing }
        state = .busy
        return here ? .commitHere : .schedule
    }

    /// The next batch, at least one submission, for the thread that commits.
    mutating func next(limit: Int) -> [Submission] {
        let count = min(limit, waiting.count)
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    /// The batch is committed. What was submitted meanwhile is for the committer's thread, so that an engine's thread
    /// gets back to its engine.
    mutating func finished() -> Action {
        guard waiting.isEmpty else { return .schedule }
        state = .idle
        return .nothing
    }
}
