import SkeinStorage
public import SkeinCore

/// A message with what is known of its way.
public struct MessageDetail: Sendable, Hashable, Codable {
    /// How a subscription stands to the message.
    public struct Handling: Sendable, Hashable, Codable {
        /// The name of the subscription.
        public var subscription: String
        /// `handled`, `pending` (not read yet, or under way), or, where it is parked: `retrying`, `behind`,
        /// `incident`, `skipped`, `deadLetter`.
        public var state: String
        /// How often it has been tried, where it is parked.
        public var attempts: Int?
        /// When it is tried again.
        public var nextAt: Timestamp?
        /// What went wrong last.
        public var error: String?
        /// Whether an operator has replaced the payload for this subscription.
        public var isEdited: Bool?
        /// The name of the store in a folder of several; `nil` for a store by itself.
        public var store: String?
    }

    /// An instance that has reacted to the message.
    public struct Reaction: Sendable, Hashable, Codable {
        /// The id of the instance.
        public var instance: InstanceID
        /// The process, saga or entity.
        public var process: String
        /// The key of the instance.
        public var key: String
        /// The journal entry that holds it.
        public var seq: Int64
        /// The name of the store in a folder of several; `nil` for a store by itself.
        public var store: String?
    }

    /// All of its sections.
    public var message: MessageView
    /// The subscriptions of the components that take the message, and all that have set it aside.
    public var handling: [Handling]
    /// The instances that have reacted to it, at most 100.
    public var reactions: [Reaction]
    /// The messages that its handling has caused, oldest first, at most 100.
    public var children: [MessageView]
}
