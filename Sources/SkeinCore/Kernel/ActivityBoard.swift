internal import DequeModule

/// The activities of one kernel that are scheduled, queued for a place, or running.
struct ActivityBoard {
    /// How many may run at once.
    let limit: Int
    /// What is known to be scheduled; rows of evicted instances are read from the store when their turn comes.
    var rows: [WaitCursor: ActivityRow] = [:]
    /// The attempt that each running activity makes.
    var running: [WaitCursor: Int] = [:]
    /// The outside system that each running activity calls.
    var systems: [WaitCursor: String] = [:]
    private var queue = Deque<WaitCursor>()
    private var queued: Set<WaitCursor> = []

    init(limit: Int) { self.limit = limit }

    /// Whether nothing runs and nothing waits for a place.
    var isIdle: Bool { running.isEmpty && queue.isEmpty }

    mutating func enqueue(_ activity: WaitCursor) {
        guard running[activity] == nil, queued.insert(activity).inserted else { return }
        queue.append(activity)
    }

    /// The next activity, if there is a free place.
    mutating func next() -> WaitCursor? {
        guard running.count < limit, let next = queue.popFirst() else { return nil }
        queued.remove(next)
        return next
    }
}
