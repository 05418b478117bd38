internal import HeapModule

/// The timers of one kernel that come next, in memory; later ones are left in the store until their time comes nearer,
/// so that memory does not follow the number of timers.
struct TimerWindow {
    private struct Entry: Comparable {
        let row: TimerRow

        static func < (left: Entry, right: Entry) -> Bool {
            (left.row.due, left.row.instance, left.row.seq) < (right.row.due, right.row.instance, right.row.seq)
        }
    }

    private let limit: Int
    private var heap = Heap<Entry>()
    private var armed: Set<TimerRow> = []
    /// How far the store has been read.
    private(set) var readThrough = TimerCursor.start
    /// From how many timers on the later ones are put out of memory.
    private var trimAt: Int
    /// Every timer due up to here is in memory.
    private(set) var horizon = Timestamp(microseconds: .max)

    init(limit: Int) { (self.limit, trimAt) = (limit, limit) }

    /// When the next timer is due, or when the store has to be read again.
    var nextDue: Timestamp? {
        let first = heap.min?.row.due
        if horizon == Timestamp(microseconds: .max) { return first }
        return first.map { min($0, horizon) } ?? horizon
    }

    /// Whether the store may hold timers that are due and not in memory.
    func needsReading(at now: Timestamp) -> Bool { horizon <= now }

    mutating func insert(_ row: TimerRow) {
        guard row.due <= horizon, armed.insert(row).inserted else { return }
        heap.insert(Entry(row: row))
        guard armed.count > trimAt else { return }
        // The later half goes back to the store. All that are due at one time stay together, however many.
        let sorted = armed.sorted { Entry(row: $0) < Entry(row: $1) }
        horizon = sorted.prefix(max(1, limit / 2)).last?.due ?? horizon
        let kept = sorted.prefix { $0.due <= horizon }
        if let last = kept.last {
            readThrough = TimerCursor(due: last.due, instance: last.instance, seq: last.seq)
        }
        armed = Set(kept)
        heap = Heap(kept.map(Entry.init))
        trimAt = max(limit, armed.count * 2)
    }

    mutating func remove(_ row: TimerRow) {
        guard armed.remove(row) != nil else { return }
        if heap.count > 64, heap.count > armed.count * 2 { heap = Heap(armed.map(Entry.init)) }
    }

    /// Takes out what is due, in the order (due, instance, seq), at most `limit`.
    mutating func takeDue(at now: Timestamp, limit: Int) -> [TimerRow] {
        var due: [TimerRow] = []
        while due.count < limit, let first = heap.min, first.row.due <= now || !armed.contains(first.row) {
            heap.removeMin()
            if armed.remove(first.row) != nil { due.append(first.row) }
        }
        return due
    }

    /// Takes in what has been read from the store after ``readThrough``.
    ///
    /// - Parameter isComplete: whether the store has no later ones.
    mutating func extend(with rows: [TimerRow], isComplete: Bool) {
        if let last = rows.last {
            readThrough = TimerCursor(due: last.due, instance: last.instance, seq: last.seq)
            horizon = last.due
        }
        if isComplete { horizon = Timestamp(microseconds: .max) }
        for row in rows { insert(row) }
    }
}
