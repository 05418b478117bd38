public import SkeinMessages

/// A place in an ascending listing of timers, or of scheduled activities.
public struct DueCursor: Sendable, Hashable {
    /// The time at which the last row seen is due; compared first.
    public var due: Timestamp
    /// The instance of the last row seen; compared second.
    public var instance: InstanceID
    /// The operation of the last row seen.
    public var seq: Int64

    public init(due: Timestamp, instance: InstanceID, seq: Int64) {
        (self.due, self.instance, self.seq) = (due, instance, seq)
    }

    /// Before every row.
    public static let start = DueCursor(due: Timestamp(microseconds: .min), instance: .min, seq: .min)
}
