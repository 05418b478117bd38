internal import HeapModule

/// The timers of one kernel that come next, in memory; later ones are left in the store until their time comes nearer,
/// so that memory does not follow the number of timers.
struct TimerWindow {
    private struct Entry: Comparable {
        let row: TimerRow

        static func < (left: Entry, right: Entry) -> Bool { follows(right, TimerCursor(left.row)) }

        static func follows(_ entry: Entry, _ place: TimerCursor) -> Bool {
            (entry.row.due, entry.row.instance, entry.row.seq) > (place.due, place.instance, place.seq)
        }
    }

    private let limit: Int
    private var heap = Heap<Entry>()
    private var armed: Set<TimerRow> = []
    /// Every timer up to this place is in memory. A time alone would not do: the store may hold further timers that are
    /// due at the same time.
    private(set) var readThrough = TimerCursor.start
    /// Whether all later timers are in memory too.
    private var isComplete = true
    /// From how many timers on the later ones are put out of memory.
    private var trimAt: Int

    init(limit: Int) { (self.limit, trimAt) = (limit, limit) }

    /// When the next timer is due, or when the store has to be read again.
    var nextDue: Timestamp? {
        let first = heap.min?.row.due
        if isComplete { return first }
        return first.map { min($0, readThrough.due) } ?? readThrough.due
    }

    /// Whether the store may hold timers that are due and not in memory.
    func needsReading(at now: Timestamp) -> Bool { !isComplete && readThrough.due <= now }

    mutating func insert(_ row: TimerRow) {
        let entry = Entry(row: row)
        guard isComplete || !Entry.follows(entry, readThrough), armed.insert(row).inserted else { return }
        heap.insert(entry)
        guard armed.count > trimAt else { return }
        // The later half goes back to the store.
        let sorted = armed.map(Entry.init).sorted()
        readThrough = TimerCursor(sorted[max(1, limit / 2) - 1].row)
        isComplete = false
        let kept = sorted.prefix { !Entry.follows($0, readThrough) }
        armed = Set(kept.map(\.row))
        heap = Heap(kept)
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
        if let last = rows.last { readThrough = TimerCursor(last) }
        self.isComplete = isComplete
        for row in rows { insert(row) }
    }
}

extension TimerCursor {
    fileprivate init(_ row: TimerRow) { self.init(due: row.due, instance: row.instance, seq: row.seq) }
}
