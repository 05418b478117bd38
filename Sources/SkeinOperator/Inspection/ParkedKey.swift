import SkeinSQLite
import SkeinStorage
public import SkeinCore

/// A parked key of a subscription, or its dead letters.
public struct ParkedKey: Sendable, Hashable, Codable {
    /// The name of the subscription.
    public var subscription: String
    /// The ordering key.
    public var key: String
    /// The state of its lowest message: `retrying`, `behind`, `incident`, `skipped`; `deadLetter` for a single
    /// message behind which no other waits.
    public var state: String
    /// A place in the log: of the lowest parked message, or up to which all is done.
    public var position: Int64
    /// How many messages are parked, the first included.
    public var count: Int
    /// How often the lowest message has been tried.
    public var attempts: Int
    /// When it is tried again.
    public var nextAt: Timestamp?
    /// What went wrong last.
    public var error: String?
    /// When it was parked.
    public var since: Timestamp
    /// When the first attempt failed; `nil` when none has.
    public var failingSince: Timestamp?
}
