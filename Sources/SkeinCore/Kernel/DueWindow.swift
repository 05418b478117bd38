import SkeinStorage
internal import HeapModule

/// A row with a time at which it is due.
protocol DueRow: Hashable, Sendable {
    /// Its place among all rows of its kind.
    var place: DueCursor { get }
}

extension TimerRow: DueRow {
    var place: DueCursor { DueCursor(due: due, instance: instance, seq: seq) }
}

/// The next timers of a kernel, in memory.
typealias TimerWindow = DueWindow<TimerRow>

/// The rows that are due next, in memory; later ones are left in the store until their time comes nearer, so that
/// memory does not follow the number of rows.
struct DueWindow<Row: DueRow> {
    /// The place of a row, in the order of the store.
    private struct Entry: Comparable {
        let place: DueCursor

        static func < (left: Entry, right: Entry) -> Bool { follows(right.place, left.place) }

        static func follows(_ place: DueCursor, _ other: DueCursor) -> Bool {
            (place.due, place.instance, place.seq) > (other.due, other.instance, other.seq)
        }
    }

    private let limit: Int
    /// The places of ``armed``, and of rows that were withdrawn.
    private var heap = Heap<Entry>()
    /// The rows in memory. No two rows have the same place: it is their identity in the store.
    private var armed: [DueCursor: Row] = [:]
    /// Every row up to this place is in memory. A time alone would not do: the store may hold further rows that are due
    /// at the same time.
    private(set) var readThrough = DueCursor.start
    /// Whether all later rows are in memory too.
    private var isComplete = true
    /// From how many rows on the later ones are put out of memory.
    private var trimAt: Int

    /// - Parameter limit: about how many rows are in memory.
    init(limit: Int) { (self.limit, trimAt) = (limit, limit) }

    /// When the next row is due, or when the store has to be read again.
    var nextDue: Timestamp? {
        let first = heap.min?.place.due
        if isComplete { return first }
        return first.map { min($0, readThrough.due) } ?? readThrough.due
    }

    /// Whether the store may hold rows that are due and not in memory.
    func needsReading(at now: Timestamp) -> Bool { !isComplete && readThrough.due <= now }

    /// Whether a row in memory is due.
    mutating func hasDue(at now: Timestamp) -> Bool {
        while let first = heap.min, armed[first.place] == nil { heap.removeMin() }
        return heap.min.map { $0.place.due <= now } ?? false
    }

    mutating func insert(_ row: Row) {
        let place = row.place
        guard isComplete || !Entry.follows(place, readThrough) else { return }
        guard armed.updateValue(row, forKey: place) == nil else { return }
        heap.insert(Entry(place: place))
        guard armed.count > trimAt else { return }
        // The later half goes back to the store.
        let sorted = armed.keys.map(Entry.init).sorted()
        readThrough = sorted[max(1, limit / 2) - 1].place
        isComplete = false
        let kept = sorted.prefix { !Entry.follows($0.place, readThrough) }
        for entry in sorted[kept.endIndex...] { armed[entry.place] = nil }
        heap = Heap(kept)
        trimAt = max(limit, armed.count * 2)
    }

    mutating func remove(_ row: Row) {
        guard armed.removeValue(forKey: row.place) != nil else { return }
        if heap.count > 64, heap.count > armed.count * 2 { heap = Heap(armed.keys.map(Entry.init)) }
    }

    /// Takes out what is due, in the order (due, instance, seq), at most `limit`.
    mutating func takeDue(at now: Timestamp, limit: Int) -> [Row] {
        var due: [Row] = []
        while due.count < limit, let first = heap.min, first.place.due <= now || armed[first.place] == nil {
            heap.removeMin()
            if let row = armed.removeValue(forKey: first.place) { due.append(row) }
        }
        return due
    }

    /// Takes in what has been read from the store after ``readThrough``.
    ///
    /// - Parameter isComplete: whether the store has no later ones.
    mutating func extend(with rows: [Row], isComplete: Bool) {
        if let last = rows.last { readThrough = last.place }
        self.isComplete = isComplete
        for row in rows { insert(row) }
    }
}
