import SkeinStorage

/// What the store does not know yet of the messages that are buffered for later waits.
struct BufferedOnTheWay {
    /// On their way into the store, in the order of the log, with the commit that holds them.
    private var coming: [(ticket: UInt64, row: BufferedRow, record: LogRecord)] = []
    /// Handed out, with the commit that takes them out of the store.
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
            return row.type == wait.type && row.key == wait.key && row.process == owner && row.expires > now
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
