public import SkeinMessages

/// Which messages go from the beginning of the log in one commit.
public struct LogTrim: Sendable, Hashable {
    /// Messages above this position stay.
    public var through: Int64
    /// The first message of this time or later ends the trim; `nil` when the time does not matter. A message whose time
    /// lies after ``at`` is misdated and ends nothing.
    public var before: Timestamp?
    /// At most so many messages, 1 or more.
    public var limit: Int
    /// The time of the trim. From then on the inbox remembers the ids of the removed messages.
    public var at: Timestamp

    public init(through: Int64, before: Timestamp? = nil, limit: Int, at: Timestamp) {
        (self.through, self.before, self.limit, self.at) = (through, before, limit, at)
    }

    /// Under this name the inbox remembers the ids of removed messages. No subscription has it.
    public static let subscription = "log"

    /// Under this name the inbox remembers which sources the removed messages were from that came by a channel and
    /// whose ids are no UUIDs: two sources may give the same. No subscription has it.
    public static let sources = "log/sources"

    /// What the inbox remembers of a removed message under ``sources``.
    public static func source(_ source: String, of id: MessageID) -> MessageID {
        MessageID("\(source)\u{1F}\(id.rawValue)")
    }
}
