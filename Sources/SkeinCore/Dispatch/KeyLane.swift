import SkeinStorage
internal import DequeModule

/// One key of a subscription, as a state machine: where its messages are, and how far the current one has got. Each
/// event returns what the engine has to do.
///
/// A key is either *queued*, with its messages in memory, or *parked*, with its messages in the store. A parked key has
/// at most one message in memory: the lowest one, while it is tried.
struct KeyLane {
    private enum State {
        /// No message.
        case empty
        /// The first message in memory has its turn.
        case queued(Queue, Turn)
        /// The first message in memory has failed and waits for its next attempt.
        case backingOff(Queue)
        /// The lowest parked message has its turn. Stored apart, so that lanes without one stay small.
        indirect case trying(Job, ParkedRow, Turn)
        /// A commit is on its way that changes or removes the lowest parked message.
        case settling
        /// The engine is to look at the lowest parked message, at the latest when the next row has arrived.
        case looking
        /// The lowest parked message lies beyond the part of the log that has been read. After a restart it is read
        /// again from the lowest message in flight, so earlier messages of the key may still come.
        case unread
        /// The lowest parked message is due and waits for a slot.
        case crowdedOut
        /// The lowest parked message waits for its time or for an operator.
        case resting
    }

    /// How far the message has got whose turn it is.
    private enum Turn: Equatable {
        /// It waits for a free place.
        case ready
        case running(attempt: UInt64)
        case committing(attempt: UInt64)
    }

    /// The messages in memory, in order; never none.
    private struct Queue {
        var first: Job
        var behind = Deque<Job>()
        var parked = ParkedBehind.none

        var count: Int { behind.count + 1 }

        /// A dead letter that an operator retries has its turn after the messages in memory.
        mutating func markDeadLetter() { if case .none = parked { parked = .deadLetter } }
    }

    /// What is parked behind the messages in memory.
    private enum ParkedBehind {
        case none
        /// Messages that found no room in memory.
        case overflow(from: Int64)
        /// A dead letter that an operator retries.
        case deadLetter
    }

    private var state: State
    /// The positions of messages whose rows are on their way into the store, ascending.
    private var arriving = Deque<Int64>()
    /// Whether an operator acts on the key, so that no attempt at a parked message begins.
    private var isActedOn = false

    private init(_ state: State) { self.state = state }

    /// A key without parked messages.
    static var new: KeyLane { KeyLane(.empty) }
    /// A key with parked messages.
    static var resting: KeyLane { KeyLane(.resting) }

    /// Whether the store knows everything about the key, so that the lane is not needed.
    var isIdle: Bool {
        switch state {
        case .empty, .resting: !isActedOn && arriving.isEmpty
        case .queued, .backingOff, .trying, .settling, .looking, .unread, .crowdedOut: false
        }
    }

    /// The first message of the key on its way into the store.
    var firstArriving: Int64? { arriving.first }

    /// The message whose turn it is; `nil` while the store has it.
    var current: Job? {
        switch state {
        case .queued(let queue, _), .backingOff(let queue): queue.first
        case .trying(let job, _, _): job
        case .empty, .settling, .looking, .unread, .crowdedOut, .resting: nil
        }
    }

    /// How many messages are in memory, without a parked one that is tried.
    var queued: Int {
        switch state {
        case .queued(let queue, _), .backingOff(let queue): queue.count
        case .empty, .trying, .settling, .looking, .unread, .crowdedOut, .resting: 0
        }
    }

    /// Whether a parked message is in memory, to be tried.
    var isTrying: Bool { if case .trying = state { true } else { false } }

    /// Whether the key waits until the log has been read further.
    var isUnread: Bool { if case .unread = state { true } else { false } }

    /// Whether something is under way that a shutdown waits for.
    var isBusy: Bool {
        switch state {
        case .queued(_, let turn), .trying(_, _, let turn): turn != .ready || !arriving.isEmpty
        case .settling: true
        case .empty, .backingOff, .looking, .unread, .crowdedOut, .resting: !arriving.isEmpty
        }
    }
}

// The turns of messages.
extension KeyLane {
    /// What follows an event.
    enum Action: Equatable {
        case none
        /// Queue the key for a free place.
        case queue
        /// Read the lowest parked message of the key and tell it to ``found(_:readUpTo:at:)``.
        case look
    }

    enum Admission: Equatable {
        /// The message waits in memory behind others.
        case wait
        /// The message is the only one; queue the key for a free place.
        case queue
        /// Park the message behind those of its key. The first one may have none before it in the store, so its row
        /// says when it is due.
        case park(isFirst: Bool)
    }

    /// Whether the next message of the key is to wait in memory.
    ///
    /// - Parameter limit: how many messages of one key may do so.
    func takesMore(limit: Int) -> Bool {
        switch state {
        case .empty:
            return true
        case .queued(let queue, _), .backingOff(let queue):
            if case .none = queue.parked { return queue.count < limit }
            return false
        case .trying, .settling, .looking, .unread, .crowdedOut, .resting:
            return false
        }
    }

    /// A message of the key has been read from the log.
    ///
    /// - Parameters:
    ///   - limit: how many messages of one key may wait in memory.
    ///   - hasRoom: whether there is room for one more.
    mutating func add(_ job: Job, limit: Int, hasRoom: Bool = true) -> Admission {
        switch state {
        case .empty where hasRoom:
            state = .queued(Queue(first: job), .ready)
            return .queue
        case .empty:
            state = .looking
            return park(job, isFirst: true)
        case .queued(var queue, let turn):
            // Nobody else may have the queue, or it would be copied.
            state = .empty
            let admission = add(job, to: &queue, hasRoom ? limit : 0)
            state = .queued(queue, turn)
            return admission
        case .backingOff(var queue):
            state = .empty
            let admission = add(job, to: &queue, hasRoom ? limit : 0)
            state = .backingOff(queue)
            return admission
        case .trying(_, _, .committing), .settling, .looking:
            return park(job, isFirst: arriving.isEmpty)
        case .trying, .unread, .crowdedOut, .resting:
            return park(job, isFirst: false)
        }
    }

    private mutating func park(_ job: Job, isFirst: Bool) -> Admission {
        arriving.append(job.position)
        return .park(isFirst: isFirst)
    }

    private mutating func add(_ job: Job, to queue: inout Queue, _ limit: Int) -> Admission {
        guard case .none = queue.parked else { return park(job, isFirst: false) }
        guard queue.count >= limit else {
            queue.behind.append(job)
            return .wait
        }
        queue.parked = .overflow(from: job.position)
        return park(job, isFirst: true)
    }

    /// A place is free.
    ///
    /// - Returns: the message to handle; `nil` when the key no longer waits for a place.
    mutating func begin(attempt: UInt64) -> Job? {
        switch state {
        case .queued(let queue, .ready):
            state = .queued(queue, .running(attempt: attempt))
            return queue.first
        case .trying(let job, let row, .ready):
            state = .trying(job, row, .running(attempt: attempt))
            return job
        case .empty, .queued, .backingOff, .trying, .settling, .looking, .unread, .crowdedOut, .resting:
            return nil
        }
    }

    /// A message in an attempt, and its row if it is parked.
    typealias Attempted = (job: Job, row: ParkedRow?)

    /// The message that an attempt is about; `nil` when the lane no longer waits for that attempt.
    func message(of attempt: UInt64) -> Attempted? {
        switch state {
        case .queued(let queue, .running(attempt)), .queued(let queue, .committing(attempt)): (queue.first, nil)
        case .trying(let job, let row, .running(attempt)), .trying(let job, let row, .committing(attempt)): (job, row)
        case .empty, .queued, .backingOff, .trying, .settling, .looking, .unread, .crowdedOut, .resting: nil
        }
    }

    /// The handlers have returned.
    ///
    /// - Returns: the message to commit as handled; `nil` when the attempt was given up before.
    mutating func succeeded(attempt: UInt64) -> Attempted? {
        switch state {
        case .queued(let queue, .running(attempt)):
            state = .queued(queue, .committing(attempt: attempt))
            return (queue.first, nil)
        case .trying(let job, let row, .running(attempt)):
            state = .trying(job, row, .committing(attempt: attempt))
            return (job, row)
        case .empty, .queued, .backingOff, .trying, .settling, .looking, .unread, .crowdedOut, .resting:
            return nil
        }
    }

    /// The message is committed as handled.
    mutating func committed(attempt: UInt64) -> Action {
        switch state {
        case .queued(var queue, .committing(attempt)):
            state = .empty
            if let next = queue.behind.popFirst() {
                queue.first = next
                state = .queued(queue, .ready)
                return .queue
            }
            guard case .none = queue.parked else { return look() }
            return .none
        case .trying(_, _, .committing(attempt)):
            return look()
        case .empty, .queued, .backingOff, .trying, .settling, .looking, .unread, .crowdedOut, .resting:
            return .none
        }
    }

    /// The attempt at a message has failed, and the next one is to be made from memory.
    ///
    /// - Parameter job: the message with what is known of its failures.
    mutating func backOff(_ job: Job) {
        switch state {
        case .queued(var queue, .running), .queued(var queue, .committing):
            queue.first = job
            state = .backingOff(queue)
        case .empty, .queued, .backingOff, .trying, .settling, .looking, .unread, .crowdedOut, .resting:
            preconditionFailure("only a message in memory whose attempt has ended can back off")
        }
    }

    /// The time of the next attempt from memory has come.
    mutating func retry() -> Action {
        guard case .backingOff(let queue) = state else { return .none }
        state = .queued(queue, .ready)
        return .queue
    }

    /// What parking a key concerns besides the message that failed.
    struct Parking: Equatable {
        /// The positions of the messages in memory behind it, ascending.
        var behind: [Int64] = []
        /// The lowest message of the key that was parked before, because it found no room in memory.
        var overflow: Int64?
    }

    /// The attempt has failed, and the next one is to be made from the store, or none. The commit that parks the key
    /// must come next; then ``settled()``.
    mutating func park() -> Parking {
        var parking = Parking()
        switch state {
        case .queued(let queue, .running), .queued(let queue, .committing):
            parking.behind = queue.behind.map(\.position)
            if case .overflow(let first) = queue.parked { parking.overflow = first }
        case .trying(_, _, .running), .trying(_, _, .committing):
            break
        case .empty, .queued, .backingOff, .trying, .settling, .looking, .unread, .crowdedOut, .resting:
            preconditionFailure("only a message whose attempt has ended can be parked")
        }
        state = .settling
        return parking
    }
}

// Parked messages.
extension KeyLane {
    /// What to do about the lowest parked message of a key.
    enum Finding: Equatable {
        /// The key has no parked messages any more.
        case free
        /// Wait for a row that is on its way into the store.
        case awaitRow
        /// Tell the lane by ``read()`` when the log has been read up to the position.
        case awaitReading(Int64)
        /// No attempt is under way; the operator may act.
        case mayAct
        /// Call ``due()`` at the time, also when the lane is gone by then; `nil` when only an operator can go on.
        case rest(until: Timestamp?)
        /// Remove the row, which an operator has skipped; answer with ``settle()``.
        case remove(ParkedRow)
        /// The time of the message has come; answer with ``take(_:_:)``, ``settle()``, ``crowdedOut()`` or
        /// ``rest()``.
        case take(ParkedRow)
    }

    /// The engine has looked.
    ///
    /// - Parameters:
    ///   - row: the lowest parked message that is no dead letter; `nil` for none.
    ///   - cursor: how far the log has been read.
    mutating func found(_ row: ParkedRow?, readUpTo cursor: Int64, at now: Timestamp) -> Finding {
        guard case .looking = state else { preconditionFailure("nobody was to look at the parked messages") }
        if isActedOn {
            state = row == nil && arriving.isEmpty ? .empty : .resting
            return .mayAct
        }
        guard let row else {
            guard arriving.isEmpty else { return .awaitRow }
            state = .empty
            return .free
        }
        guard row.position <= cursor else {
            state = .unread
            return .awaitReading(row.position)
        }
        if let first = arriving.first, first < row.position { return .awaitRow }
        switch row.state {
        case .skipped:
            return .remove(row)
        case .incident, .deadLetter:
            state = .resting
            return .rest(until: nil)
        case .retrying, .behind:
            guard let next = row.nextAt, next > now else { return .take(row) }
            state = .resting
            return .rest(until: next)
        }
    }

    /// The lowest parked message is in memory and is to be tried.
    mutating func take(_ job: Job, _ row: ParkedRow) -> Action {
        guard case .looking = state else { preconditionFailure("nobody was to look at the parked messages") }
        state = .trying(job, row, .ready)
        return .queue
    }

    /// There is no room in memory for the parked message; ``due()`` is to be called when there is.
    mutating func crowdedOut() {
        guard case .looking = state else { preconditionFailure("nobody was to look at the parked messages") }
        state = .crowdedOut
    }

    /// Too many keys wait for room; ``due()`` is to be called when there are fewer, also when the lane is gone by then.
    mutating func rest() {
        guard case .looking = state else { preconditionFailure("nobody was to look at the parked messages") }
        state = .resting
    }

    /// A commit is on its way that ends the lowest parked message without an attempt.
    mutating func settle() {
        guard case .looking = state else { preconditionFailure("nobody was to look at the parked messages") }
        state = .settling
    }

    /// The commit that changed the lowest parked message is in the store.
    mutating func settled() -> Action {
        guard case .settling = state else { return .none }
        return look()
    }

    /// The row of the earliest message on its way is in the store.
    mutating func arrived() -> Action {
        _ = arriving.popFirst()
        if case .looking = state { return .look }
        return .none
    }

    /// The time of the parked message has come, or there is room for it.
    mutating func due() -> Action {
        switch state {
        case .resting where !isActedOn, .crowdedOut: look()
        case .empty, .queued, .backingOff, .trying, .settling, .looking, .unread, .resting: .none
        }
    }

    /// The log has been read up to the lowest parked message.
    mutating func read() -> Action {
        guard case .unread = state else { return .none }
        return look()
    }

    private mutating func look() -> Action {
        state = .looking
        return .look
    }
}

// Operators.
extension KeyLane {
    enum Leave: Equatable {
        /// No attempt at a parked message is under way.
        case granted
        /// Leave is granted when the engine looks at the parked messages the next time.
        case pending
    }

    /// An operator is about to act on the key; ``endActions()`` follows.
    mutating func beginActions() -> Leave {
        isActedOn = true
        switch state {
        case .empty, .queued, .backingOff, .resting:
            return .granted
        case .trying(_, _, .ready), .looking, .unread, .crowdedOut:
            state = .resting
            return .granted
        case .trying, .settling:
            return .pending
        }
    }

    /// No operator acts on the key any more.
    mutating func endActions() -> Action {
        guard isActedOn else { return .none }
        isActedOn = false
        switch state {
        case .empty, .resting:
            return look()
        case .queued(var queue, let turn):
            queue.markDeadLetter()
            state = .queued(queue, turn)
        case .backingOff(var queue):
            queue.markDeadLetter()
            state = .backingOff(queue)
        case .trying, .settling, .looking, .unread, .crowdedOut:
            break
        }
        return .none
    }
}
