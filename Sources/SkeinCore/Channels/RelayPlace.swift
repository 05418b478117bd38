import SkeinStorage

/// The place of a relay as a broker keeps it with a transaction: `4711;4713-4720,4722-4722`, the position and the
/// stretches above it that are sent.
struct RelayPlace: Equatable {
    /// How many stopped messages a relay may have that sends in transactions: each can leave a gap in the place, and
    /// the text must fit into 4,000 bytes (`OutboundBatch.place`).
    static let longest = 100

    private let row: PositionRow

    init(_ row: PositionRow) { self.row = row }

    /// Reads what ``text`` gives; `nil` for every other text.
    init?(_ text: String) {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let position = Int64(parts[0]) else { return nil }
        var ranges: [ClosedRange<Int64>] = []
        for part in parts[1].split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int64($0) }
            guard ends.count == 2, ends[0] <= ends[1] else { return nil }
            ranges.append(ends[0]...ends[1])
        }
        row = PositionRow(subscription: "", position: position, completed: ranges)
    }

    var text: String {
        let ranges = row.completed.map { "\($0.lowerBound)-\($0.upperBound)" }
        return "\(row.position);\(ranges.joined(separator: ","))"
    }

    /// Whether the message at a position is sent.
    func contains(_ position: Int64) -> Bool { position <= row.position || row.hasCompleted(position) }

    static func == (left: RelayPlace, right: RelayPlace) -> Bool { left.text == right.text }
}
