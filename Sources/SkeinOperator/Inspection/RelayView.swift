public import SkeinStorage
public import SkeinCore

/// The relay of a channel: what it has sent, what waits to leave, and what it cannot send.
public struct RelayView: Sendable, Hashable, Codable {
    /// Messages that wait to leave for one destination.
    public struct Waiting: Sendable, Hashable, Codable {
        /// Where they go: "the events of payment", "the commands to payment", "the replies to payment".
        public var destination: String
        /// How many.
        public var count: Int
        /// When the oldest came into being.
        public var oldest: Timestamp
        /// The place of the oldest in the log.
        public var position: Int64
    }

    /// A key whose lowest message the broker does not take; its later messages wait behind it.
    public struct StoppedKey: Sendable, Hashable, Codable {
        /// The ordering key.
        public var key: String
        /// The place of the message in the log.
        public var position: Int64
        /// The id of the message; `nil` for one that is not in the log any more.
        public var messageID: MessageID?
        /// The type of the message.
        public var messageName: String?
        /// The incident by which it can be repaired.
        public var incident: IncidentID?
        /// How often it has been sent in vain.
        public var attempts: Int
        /// When it is sent again.
        public var nextAttempt: Timestamp?
        /// When it was first sent in vain.
        public var failingSince: Timestamp?
        /// Why the broker does not take it.
        public var error: String?
        /// How many later messages of the key wait behind it.
        public var behind: Int
    }

    /// The name of the channel.
    public var channel: String
    /// Everything up to this place in the log is sent, or does not leave by the channel.
    public var position: Int64
    /// How many messages above the position are done already.
    public var completedAbove: Int
    /// Whether a process has the store open; otherwise the state of the connection is what the last one wrote down.
    public var hasProcess: Bool
    /// Whether the channel is configured no more.
    public var isGone: Bool
    /// Since when operators have the channel suspended; `nil` where they have not.
    public var suspendedSince: Timestamp?
    /// The connection that sends.
    public var connection: ChannelReport.Connection
    /// What was sent since the process started. What was sent again is marked as a repetition.
    public var sent: ChannelReport.Sent
    /// What waits to leave, by destination, with what the stopped keys hold up.
    public var waiting: [Waiting]
    /// Whether `waiting` and ``StoppedKey/behind`` count all that waits; otherwise the first 100,000 messages.
    public var isWhole: Bool
    /// The keys that cannot go on, by the place of their messages.
    public var stopped: [StoppedKey]
    /// The name of the store in a folder of several; `nil` for a store by itself.
    public var store: String?
}
