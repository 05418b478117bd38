import SkeinStorage
internal import DequeModule

/// The activities of one kernel that are scheduled, queued for a place, or running.
struct ActivityBoard {
    /// How many may run at once.
    let limit: Int
    /// The rows of scheduled activities that are in memory. Those of evicted instances are in the store alone.
    var rows: [OperationID: ActivityRow] = [:]
    /// The run of each activity that is under way. Runs have numbers of their own, because a process that restarts
    /// numbers its activities anew, and the result of an earlier run must not count for a new activity.
    private var running: [OperationID: UInt64] = [:]
    /// Runs whose activity was withdrawn; they occupy their places until they end.
    private var disowned: Set<UInt64> = []
    /// The runs that were given up and have not come back.
    var hung: HungAttempts<OperationID>
    private var lastRun: UInt64 = 0
    /// The ticket of the commit that makes each activity durable. A process that restarts uses the same numbers again,
    /// so a commit on its way may be about an earlier activity.
    private var scheduling: [OperationID: UInt64] = [:]
    private var queue = Deque<OperationID>()
    private var queued: Set<OperationID> = []

    init(limit: Int, hungAttempts: Int = .max) {
        self.limit = limit
        hung = HungAttempts(limit: hungAttempts)
    }

    /// Whether nothing runs and nothing waits for a place.
    var isIdle: Bool { !isRunning && queue.isEmpty }

    /// Whether anything runs.
    var isRunning: Bool { !running.isEmpty || !disowned.isEmpty }

    /// Whether there is a free place for another activity than those in the queue.
    var hasRoom: Bool { running.count + disowned.count + queue.count < limit }

    /// Whether an attempt of the activity is under way.
    func runs(_ activity: OperationID) -> Bool { running[activity] != nil }

    /// Notes that an activity is scheduled in the commit with a ticket. It may not begin before that commit is durable.
    ///
    /// An instance that restarts numbers its activities anew, so an earlier activity with the same number may still be
    /// queued. It is removed; otherwise its place in the queue would begin this one too early.
    mutating func schedule(_ activity: OperationID, in ticket: UInt64) {
        scheduling[activity] = ticket
        removeFromQueue(activity)
    }

    /// A commit that wrote the activity is durable.
    ///
    /// - Returns: whether the activity may begin.
    mutating func committed(_ activity: OperationID, in ticket: UInt64) -> Bool {
        guard let scheduled = scheduling[activity] else { return true }
        guard scheduled <= ticket else { return false }
        scheduling[activity] = nil
        return true
    }

    mutating func enqueue(_ activity: OperationID) {
        guard running[activity] == nil, scheduling[activity] == nil, queued.insert(activity).inserted else { return }
        queue.append(activity)
    }

    /// The next activity, if there is a free place.
    mutating func next() -> OperationID? {
        guard running.count + disowned.count < limit, let next = queue.popFirst() else { return nil }
        queued.remove(next)
        return next
    }

    /// - Returns: the number of the run.
    mutating func begin(_ activity: OperationID) -> UInt64 {
        lastRun += 1
        running[activity] = lastRun
        return lastRun
    }

    /// A run has ended, or has taken too long.
    ///
    /// - Returns: whether the activity waits for the result of this run.
    mutating func end(_ activity: OperationID, run: UInt64) -> Bool {
        if disowned.remove(run) != nil { return false }
        guard running[activity] == run else { return false }
        running[activity] = nil
        return true
    }

    /// The process no longer wants the activity.
    mutating func forget(_ activity: OperationID) {
        (rows[activity], scheduling[activity]) = (nil, nil)
        removeFromQueue(activity)
        hung.forget(activity)
        if let run = running.removeValue(forKey: activity) { disowned.insert(run) }
    }

    private mutating func removeFromQueue(_ activity: OperationID) {
        if queued.remove(activity) != nil { queue.removeAll { $0 == activity } }
    }
}
