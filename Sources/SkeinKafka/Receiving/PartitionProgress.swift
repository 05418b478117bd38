import DequeModule

/// How far a reader has got in one partition: what it has taken, and below which offset all is acknowledged.
struct PartitionProgress {
    private struct Entry {
        let receipt: UInt64
        let offset: Int64
        var isAcknowledged = false
    }

    /// In the order of receipts, which is that of offsets. The first one is not acknowledged.
    private var entries: Deque<Entry> = []
    /// The offset of the next message to take.
    private(set) var next: Int64
    /// The offset that was last given to the broker to keep.
    private(set) var committed: Int64?

    /// - Parameters:
    ///   - start: the offset at which reading begins.
    ///   - committed: what the broker keeps already.
    init(start: Int64, committed: Int64?) { (next, self.committed) = (start, committed) }

    /// Below this offset all is acknowledged: where another source goes on.
    var place: Int64 { entries.first?.offset ?? next }

    /// What is to be committed; `nil` when the broker has it.
    var uncommitted: Int64? { place == committed ? nil : place }

    /// Whether everything that was taken is acknowledged.
    var isIdle: Bool { entries.isEmpty }

    /// A message was taken.
    mutating func take(_ offset: Int64, receipt: UInt64) {
        entries.append(Entry(receipt: receipt, offset: offset))
        next = offset + 1
    }

    /// A message is recorded. Receipts from before a rebalance are unknown here, and change nothing.
    mutating func acknowledge(_ receipt: UInt64) {
        guard let index = index(of: receipt) else { return }
        entries[index].isAcknowledged = true
        while entries.first?.isAcknowledged == true { entries.removeFirst() }
    }

    /// Takes back the newest messages that were not handed out: ``next`` is the first of them again.
    mutating func drop(where isLost: (UInt64) -> Bool) {
        while let last = entries.last, isLost(last.receipt), !last.isAcknowledged {
            entries.removeLast()
            next = last.offset
        }
    }

    mutating func markCommitted(_ offset: Int64?) { committed = offset }

    private func index(of receipt: UInt64) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].receipt < receipt { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].receipt == receipt ? low : nil
    }
}
