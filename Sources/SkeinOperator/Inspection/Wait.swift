import SkeinStorage
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A wait of an instance, and what came close to ending it.
public struct Wait: Sendable, Hashable, Codable {
    /// A message of the awaited type that did not end the wait.
    public struct NearMiss: Sendable, Hashable, Codable {
        /// The place in the log.
        public var position: Int64
        /// The id of the message.
        public var id: MessageID
        /// When it came into being.
        public var time: Timestamp
        /// Its ordering key.
        public var subject: String
        /// The top-level fields of its payload that hold the key or, where none does, that look like keys.
        public var fields: [String: String]
        /// Why it did not end the wait, in words.
        public var reason: String
    }

    /// The message type that is awaited.
    public var type: String
    /// The correlation key that a message must have.
    public var key: String
    /// When the wait began.
    public var since: Timestamp
    /// The message that the awaited one answers, where it is matched by causation and not by a key.
    public var answerTo: MessageID?
    /// The components that say that they publish the type.
    public var publishers: [String]
    /// Whether the log holds a message of the type at all, within the newest 100,000 messages.
    public var wasSeen: Bool
    /// The newest such messages, those with the key before others, and the newest first.
    public var nearMisses: [NearMiss]
}
