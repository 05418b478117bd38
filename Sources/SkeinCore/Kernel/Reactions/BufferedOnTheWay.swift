import SkeinStorage

/// Buffered messages whose commits are under way: rows that the store will have, and rows that it still has.
struct BufferedOnTheWay {
    /// Rows that are being inserted, in the order of the log, with the ticket of their commit.
    private var coming: [(ticket: UInt64, row: BufferedRow, record: LogRecord)] = []
    /// Rows that were handed out and are being removed, with the ticket of their commit.
    private var taken: [BufferedRow: UInt64] = [:]

    mutating func put(_ row: BufferedRow, _ record: LogRecord, in ticket: UInt64) {
        coming.append((ticket, row, record))
    }

    mutating func take(_ row: BufferedRow, in ticket: UInt64) { taken[row] = ticket }

    func isTaken(_ row: BufferedRow) -> Bool { taken[row] != nil }

    /// The first message for a wait that is not in the store yet.
    func first(for wait: WaitRow, owner: String, at now: Timestamp) -> (BufferedRow, LogRecord)? {
        let found = coming.first { entry in
            let row = entry.row
            return row.type == wait.type && row.key.isSpelled(like: wait.key) && row.process == owner
                && row.expires > now
                && taken[row] == nil
        }
        return found.map { ($0.row, $0.record) }
    }

    /// Forgets what the store knows by now.
    mutating func forget(through ticket: UInt64) {
        if !coming.isEmpty { coming.removeAll { $0.ticket <= ticket } }
        if !taken.isEmpty { taken = taken.filter { $0.value > ticket } }
    }
}
