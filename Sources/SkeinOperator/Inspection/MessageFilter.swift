import SkeinStorage
public import SkeinCore

/// Which messages are looked for. Conditions that are `nil` admit everything.
public struct MessageFilter: Sendable, Hashable {
    /// In which order, and so from which end, messages are found.
    public enum Order: String, Sendable, CaseIterable {
        case newestFirst, oldestFirst
    }

    /// The whole name, `payment.received`, or its beginning followed by `*`, `payment.*`.
    public var name: String?
    /// The component whose topic it is: the first part of the name.
    public var component: String?
    /// Only messages of this kind.
    public var kind: MessageKind?
    /// Only messages with this ordering key.
    public var subject: String?
    /// Only messages of the chain that this message began.
    public var correlation: String?
    /// Only messages that the handling of this message has produced.
    public var causation: String?
    /// Only messages on behalf of this user.
    public var user: String?
    /// The trace id of a W3C `traceparent`, 32 hexadecimal digits, or the whole header.
    public var trace: String?
    /// Only messages for this audience.
    public var audience: Audience?
    /// Only messages that this component alone gets.
    public var recipient: String?
    /// At this time or later.
    public var since: Timestamp?
    /// Before this time.
    public var until: Timestamp?
    /// Above this position.
    public var after: Int64?
    /// Below this position.
    public var before: Int64?
    /// The url or resource id of an asset.
    public var asset: String?
    /// From which end messages are found.
    public var order = Order.newestFirst
    /// The largest number of messages; 1 or more.
    public var limit = 50

    public init() {}
}
