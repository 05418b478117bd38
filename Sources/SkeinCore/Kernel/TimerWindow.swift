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
    /// Every timer due up to here is in memory.
    private(set) var horizon = Timestamp(microseconds: .max)

    init(limit: Int) { self.limit = limit }

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
        guard armed.count > limit else { return }
        // The later half goes back to the store; a timer exactly at the horizon is read again, which does no harm.
        let sorted = armed.sorted { Entry(row: $0) < Entry(row: $1) }
        let kept = sorted.prefix(limit / 2)
        horizon = kept.last?.due ?? horizon
        armed = Set(sorted.prefix { $0.due <= horizon })
        heap = Heap(armed.map(Entry.init))
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

    /// Begins a new reading of the store: rows up to the new horizon follow by ``insert(_:)``.
    mutating func extend(to horizon: Timestamp) { self.horizon = horizon }
}
