/// Rows in the order of their keys, in chunks, so that a change in the middle of many rows moves only a few hundred.
struct SortedTable<Row: Sendable>: Sendable {
    private struct Entry: Sendable {
        let key: OrderedKey
        var row: Row
    }

    private static var chunkLimit: Int { 512 }
    private var chunks: [[Entry]] = []

    subscript(key: OrderedKey) -> Row? {
        guard let (chunk, index) = place(of: key), chunks[chunk][index].key == key else { return nil }
        return chunks[chunk][index].row
    }

    /// Sets or removes a row; returns what was there.
    @discardableResult
    mutating func update(_ key: OrderedKey, _ row: Row?) -> Row? {
        guard let row else { return remove(key) }
        guard let (chunk, index) = place(of: key) else {
            appendLast(Entry(key: key, row: row))
            return nil
        }
        if chunks[chunk][index].key == key {
            let old = chunks[chunk][index].row
            chunks[chunk][index].row = row
            return old
        }
        chunks[chunk].insert(Entry(key: key, row: row), at: index)
        split(chunk)
        return nil
    }

    private mutating func remove(_ key: OrderedKey) -> Row? {
        guard let (chunk, index) = place(of: key), chunks[chunk][index].key == key else { return nil }
        let old = chunks[chunk].remove(at: index).row
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
        return old
    }

    private mutating func appendLast(_ entry: Entry) {
        if chunks.isEmpty { chunks.append([]) }
        chunks[chunks.count - 1].append(entry)
        split(chunks.count - 1)
    }

    /// A full last chunk stays nearly full, since keys mostly grow; others are halved.
    private mutating func split(_ chunk: Int) {
        guard chunks[chunk].count > Self.chunkLimit else { return }
        let kept = chunk == chunks.count - 1 ? Self.chunkLimit : Self.chunkLimit / 2
        let rest = Array(chunks[chunk][kept...])
        chunks[chunk].removeSubrange(kept...)
        chunks.insert(rest, at: chunk + 1)
    }

    /// Where the first entry is whose key is not below the given one.
    private func place(of key: OrderedKey) -> (chunk: Int, index: Int)? {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle][chunks[middle].count - 1].key < key { low = middle + 1 } else { high = middle }
        }
        guard low < chunks.count else { return nil }
        let entries = chunks[low]
        var (first, last) = (0, entries.count)
        while first < last {
            let middle = (first + last) / 2
            if entries[middle].key < key { first = middle + 1 } else { last = middle }
        }
        return (low, first)
    }

    /// Up to `limit` rows with keys above `lower` and below `upper` that pass the test, ascending.
    func rows(
        after lower: OrderedKey, before upper: OrderedKey, limit: Int = .max,
        where passes: (Row) -> Bool = { _ in true }
    ) -> [Row] {
        var found: [Row] = []
        guard let start = place(of: lower) else { return found }
        var (chunk, index) = start
        while chunk < chunks.count {
            while index < chunks[chunk].count {
                let entry = chunks[chunk][index]
                if entry.key >= upper { return found }
                if entry.key > lower, passes(entry.row) {
                    found.append(entry.row)
                    if found.count >= limit { return found }
                }
                index += 1
            }
            (chunk, index) = (chunk + 1, 0)
        }
        return found
    }

    /// All rows whose keys begin with `prefix`, up to a limit.
    func rows(_ prefix: OrderedKey, limit: Int = .max) -> [Row] {
        rows(after: prefix, before: prefix.end, limit: limit)
    }
}
