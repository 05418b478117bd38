public import SkeinMessages

/// A place in a listing of the parked rows of a subscription by the time of their next attempt.
public struct ParkedDueCursor: Sendable, Hashable {
    /// The time of the last row seen; compared first.
    public var due: Timestamp
    /// The key of the last row seen; compared second, by its UTF-8 bytes. Rows of the same time and key are behind.
    public var key: String

    public init(due: Timestamp, key: String) { (self.due, self.key) = (due, key) }

    /// Before every row.
    public static let start = ParkedDueCursor(due: Timestamp(microseconds: .min), key: "")
}
