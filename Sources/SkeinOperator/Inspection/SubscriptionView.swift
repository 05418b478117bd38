import SkeinSQLite
import SkeinStorage
import SkeinCore

/// A subscription and how far it has come.
public struct SubscriptionView: Sendable, Hashable, Codable {
    /// The name of the subscription.
    public var subscription: String
    /// A place in the log: of the lowest parked message, or up to which all is done.
    public var position: Int64
    /// How many messages above the position are done already.
    public var completedAbove: Int
    /// How many messages that the subscription takes are not done, without those that are parked.
    public var lag: Int64
    /// How many keys wait behind a message that failed.
    public var parkedKeys: Int
    /// How many messages nobody could take.
    public var deadLetters: Int
}
