internal import DequeModule

/// A message of a subscription with the handlers that take it.
struct Job: Sendable {
    var record: Record
    var handlers: [HandlerRegistration]
    /// Attempts made so far.
    var attempts = 0
    /// When the first attempt failed.
    var failingSince: Timestamp?
}

/// What a subscription knows of one key that has messages in hand.
struct KeyLane {
    enum Phase: Hashable {
        case idle
        /// Queued for a free place.
        case ready
        case running(UInt64)
        case committing(UInt64)
        /// Waiting in memory for the next attempt.
        case backingOff
        /// Waiting in the store for the next attempt, or for an operator.
        case resting
    }

    var phase = Phase.idle
    var queue = Deque<Job>()
    /// Whether messages of this key are set aside in the store, so that new ones go behind them.
    var parked = false
    /// Whether messages were set aside only because too many of the key were in memory.
    var spilled = false
    /// The set-aside message that is being tried.
    var head: (job: Job, row: ParkedRow)?
    /// Messages handed over for setting aside whose commit is not known yet.
    var pendingParks = 0
    /// The positions of the messages that are being parked behind others, ascending. Their rows are not in the store
    /// yet.
    var positionsBeingParked = Deque<Int64>()
    /// Whether the rows of the messages whose turn it is are on their way into the store.
    var isSettling = false
    /// The wake-up for the parked messages.
    var wakeUp: (due: Timestamp, token: TimerService.Token)?
    var context: HandlerContext?
    var deadline: AttemptDeadline?

    /// The message whose turn it is.
    var current: Job? { head?.job ?? queue.first }

    /// Whether something is under way that a shutdown should wait for.
    var isBusy: Bool {
        switch phase {
        case .running, .committing: true
        case .idle, .ready, .backingOff, .resting: pendingParks > 0
        }
    }
}

/// A key whose lowest parked message lies beyond the part of the log that has been read.
struct UnreadKey: Comparable {
    var position: Int64
    var key: String

    static func < (left: UnreadKey, right: UnreadKey) -> Bool {
        (left.position, left.key) < (right.position, right.key)
    }
}
