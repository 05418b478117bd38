import SkeinStorage
internal import HeapModule

/// The parked keys of one subscription that are due next. When there are too many, the later ones and those that wait
/// for an operator stay in the store, so that memory does not follow the number of parked messages.
///
/// A key is here while it rests in the store, until the engine looks at it.
struct ParkedKeys {
    private struct Entry: Comparable {
        let due: Timestamp
        let key: String

        var place: ParkedDueCursor { ParkedDueCursor(due: due, key: key) }

        static func < (left: Entry, right: Entry) -> Bool { follows(right, left.place) }

        /// Whether an entry comes after a place in the order of the store, which compares texts by their bytes.
        static func follows(_ entry: Entry, _ place: ParkedDueCursor) -> Bool {
            guard entry.due == place.due else { return entry.due > place.due }
            return place.key.utf8.lexicographicallyPrecedes(entry.key.utf8)
        }
    }

    private let limit: Int
    private var heap = Heap<Entry>()
    /// The keys in memory, with their times; `nil` where only an operator can go on.
    private var dues: [StoredKey: Timestamp?] = [:]
    /// Every key that is due by this place is in memory; `nil` for every key that has a time.
    private(set) var readThrough: ParkedDueCursor?
    /// Whether every parked key is in memory.
    private(set) var isComplete = true
    /// How many keys have become free since the store was asked whether the rest fits into memory.
    private var freed = 0

    init(limit: Int) { self.limit = limit }

    var count: Int { dues.count }

    /// When the next key is due, or when the store has to be read again.
    mutating func nextDue() -> Timestamp? {
        dropGone()
        return [heap.min?.due, readThrough?.due].compactMap(\.self).min()
    }

    func contains(_ key: String) -> Bool { dues[StoredKey(key)] != nil }

    /// A key has come to rest in the store.
    ///
    /// - Parameter due: when it is due, as its row says; `nil` when only an operator can go on.
    mutating func insert(_ key: String, due: Timestamp?) {
        dues[StoredKey(key)] = nil
        if let due {
            let entry = Entry(due: due, key: key)
            if let readThrough, Entry.follows(entry, readThrough) { return compact() }
            dues[StoredKey(key)] = due
            heap.insert(entry)
        } else if isComplete {
            dues[StoredKey(key)] = Timestamp?.none
        }
        trim()
        compact()
    }

    /// The engine looks at a key, or the key is free.
    mutating func remove(_ key: String) {
        guard dues.removeValue(forKey: StoredKey(key)) != nil else { return }
        compact()
    }

    /// Leaves what is too much in the store: the later half.
    private mutating func trim() {
        guard dues.count > limit else { return }
        isComplete = false
        let sorted = dues.compactMap { key, due in due.map { Entry(due: $0, key: key.text) } }.sorted()
        let kept = sorted.prefix(max(1, limit / 2))
        if kept.count < sorted.count, let last = kept.last { readThrough = last.place }
        dues = Dictionary(uniqueKeysWithValues: kept.map { (StoredKey($0.key), $0.due) })
        heap = Heap(kept)
    }

    /// Drops the entries of keys that are gone, when there are many of them.
    private mutating func compact() {
        guard heap.count > 64, heap.count > dues.count * 2 else { return }
        heap = Heap(dues.compactMap { key, due in due.map { Entry(due: $0, key: key.text) } })
    }

    /// Takes out the key that is due first.
    mutating func takeDue(at now: Timestamp) -> String? {
        dropGone()
        guard let first = heap.min, first.due <= now else { return nil }
        heap.removeMin()
        dues[StoredKey(first.key)] = nil
        return first.key
    }

    /// Drops the first entries while their keys are gone or have another time.
    private mutating func dropGone() {
        while let first = heap.min, dues[StoredKey(first.key)] != .some(first.due) { heap.removeMin() }
    }

    /// The place after which the store has to be read, if it may hold keys that are due and not in memory.
    func placeToRead(at now: Timestamp) -> ParkedDueCursor? { readThrough.flatMap { $0.due <= now ? $0 : nil } }

    /// Takes in what has been read from the store after ``readThrough``.
    ///
    /// - Parameter isLast: whether the store has no later ones.
    mutating func extend(with rows: [ParkedRow], isLast: Bool) {
        if let last = rows.last, let due = last.nextAt { readThrough = ParkedDueCursor(due: due, key: last.key) }
        if isLast { readThrough = nil }
        for row in rows where !contains(row.key) { insert(row.key, due: row.nextAt) }
    }

    /// A key has no parked messages any more.
    ///
    /// - Returns: whether to read the store by ``restart(with:)``, because the keys may all fit into memory again.
    mutating func free(_ key: String) -> Bool {
        remove(key)
        guard !isComplete else { return false }
        freed += 1
        return freed >= limit
    }

    /// Begins with what the store has.
    ///
    /// - Parameter heads: the lowest parked message of each key, or of the first ``limit`` + 1 keys if there are more.
    mutating func restart(with heads: [ParkedRow]) {
        freed = 0
        guard heads.count <= limit else {
            if isComplete { (isComplete, readThrough, dues, heap) = (false, .start, [:], Heap()) }
            return
        }
        (isComplete, readThrough, dues, heap) = (true, nil, [:], Heap())
        for row in heads { insert(row.key, due: row.state == .incident ? nil : row.nextAt ?? row.at) }
    }
}
