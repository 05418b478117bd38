import SkeinStorage
import SkeinCore

/// The column `completed` of a position: ascending ranges of positions, `12,14-20`.
package enum CompletedText {
    package static func encode(_ ranges: [ClosedRange<Int64>]) -> String {
        ranges.map { range in
            range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }.joined(separator: ",")
    }

    package static func decode(_ text: String) throws -> [ClosedRange<Int64>] {
        try text.split(separator: ",").map { part in
            let ends = part.split(separator: "-").map { Int64($0) }
            guard ends.count == 1 || ends.count == 2, let first = ends[0], let last = ends[ends.count - 1],
                first <= last
            else {
                throw StoreError(.corrupt, "'\(part)' in a position's completed column is no number and no range")
            }
            return first...last
        }
    }
}
