public import SkeinMessages

/// Where a new reader begins.
public enum SourceBeginning: Sendable, Hashable {
    /// With what is sent from now on.
    case now
    /// With the oldest message that the broker has.
    case beginning
    /// With the first message of a time or later, by the broker's clock.
    case time(Timestamp)
}
