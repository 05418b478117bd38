import SkeinStorage

/// Reads the log for one subscription: from ``LogTail`` if the subscription keeps up, otherwise from the store.
///
/// Confined to the runner of its engine.
final class Feed {
    private let tail: LogTail
    private let reader: any StoreReader
    private let gate: (any DeliveryGate)?
    private let subscription: String
    private let deliversTwice: Bool
    private(set) var cursor: Int64

    init(subscription: String, from cursor: Int64, core: RuntimeCore, reader: any StoreReader) {
        (self.subscription, self.cursor, self.reader) = (subscription, cursor, reader)
        (tail, gate, deliversTwice) = (core.tail, core.environment.gate, core.configuration.deliversTwice)
    }

    /// Whether everything has been read.
    var isAtEnd: Bool { cursor >= tail.end }

    /// Up to `limit` further messages in order; empty when there are none yet.
    func next(limit: Int) throws -> [LogRecord] {
        var records: [LogRecord]
        if let recent = tail.records(after: cursor, limit: limit) {
            records = recent
        } else {
            records = try reader.records(after: cursor, limit: limit)
        }
        if let gate {
            let highest = gate.limit(of: subscription)
            records.removeAll { $0.position > highest }
        }
        if let last = records.last { cursor = last.position }
        return deliversTwice ? records.flatMap { [$0, $0] } : records
    }
}
