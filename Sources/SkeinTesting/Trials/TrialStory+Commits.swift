import SkeinStorage
import SkeinCore

/// Tells commits in words.
extension TrialStory {
    /// Tells what a commit wrote.
    ///
    /// - Parameter positions: the places in the log that changed.
    func tell(_ units: [CommitUnit], _ positions: [PositionRow]) {
        for unit in units {
            for write in unit.writes {
                if let line = Self.line(write) { tell("  store: \(line)") }
            }
        }
        for row in positions {
            let above = row.completed.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
            tell("  store: \(row.subscription) is at \(row.position)\(above.isEmpty ? "" : ", and has \(above)")")
        }
    }

    /// A write in words; `nil` for a write that is left out of the story.
    private static func line(_ write: StoreWrite) -> String? {
        switch write {
        case .putInstance(let row): "instance \(row.id) (\(row.process) '\(row.key)') is \(row.status.rawValue)"
        case .appendJournal(let row): "instance \(row.instance), journal \(row.seq): \(text(row))"
        case .putWait(let row): "instance \(row.instance) waits for \(row.type) '\(row.key)' (#\(row.seq))"
        case .putTimer(let row): "instance \(row.instance) sets a timer, \(row.purpose) at \(row.due)"
        case .putActivity(let row): "instance \(row.instance) activity \(row.name) #\(row.seq), attempt \(row.attempt)"
        case .putMailbox(let row):
            "mailbox of instance \(row.instance) gets \(row.seq): \(String(decoding: row.input, as: UTF8.self))"
        case .removeMailbox(let seq): "mailbox entry \(seq) is taken"
        case .putIncident(let row):
            row.resolvedAt == nil
                ? "incident \(row.id) (\(row.cause)): \(row.error.prefix(80))"
                : "incident \(row.id) is \(row.resolution ?? "resolved")"
        case .putParked(let row):
            "\(row.subscription) sets \(row.position) of '\(row.key)' aside (\(row.state.rawValue))"
        case .removeParked(let subscription, let key, let position):
            "\(subscription) is done with \(position) of '\(key)'"
        case .putBuffered(let row): "\(row.process) keeps \(row.position) for '\(row.key)'"
        case .removeBuffered(let row): "\(row.process) takes the buffered \(row.position) of '\(row.key)'"
        default: nil
        }
    }

    private static func text(_ row: JournalRow) -> String {
        guard let entry = try? JournalEntry(row) else { return row.kind }
        let what = [entry.messageName, entry.op.map { "#\($0)" }, entry.detail].compactMap { $0 }
        let done = entry.operations.map(\.text)
        return ([row.kind] + what).joined(separator: " ") + (done.isEmpty ? "" : " -> " + done.joined(separator: ", "))
    }
}
