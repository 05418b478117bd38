internal import SkeinStorage
public import SkeinCore

/// Something that needs, or needed, a person.
public struct IncidentView: Sendable, Hashable, Codable {
    /// Given by the store, rising.
    public var id: IncidentID
    /// The component that it belongs to.
    public var component: String
    /// `activity`, `handler`, `instance` or `message`.
    public var kind: String
    /// A word for grouping.
    public var cause: String
    /// What went wrong, in words.
    public var error: String
    /// When it happened.
    public var at: Timestamp
    /// The instance that stands still, for kinds `activity` and `instance`.
    public var instance: InstanceID?
    /// The operation of the activity, for kind `activity`.
    public var activity: Int64?
    /// The subscription, for kinds `handler` and `message`.
    public var subscription: String?
    /// The business key or the ordering key.
    public var key: String?
    /// The place of the message in the log.
    public var position: Int64?
    /// The parked message.
    public var messageID: MessageID?
    /// The type of the message.
    public var messageName: String?
    /// When the first attempt failed; `nil` when nothing is retried.
    public var failingSince: Timestamp?
    /// When the runtime tries again by itself; `nil` when the incident needs a person.
    public var nextAttempt: Timestamp?
    /// When it was resolved; `nil` while it is open.
    public var resolvedAt: Timestamp?
    /// How it was resolved: `retried`, `edited`, `skipped`, `redirected`, `canceled` or `terminated` by an operator;
    /// `recovered`, `exhausted`, `canceled`, `deadLettered` or `rebuilt` by the runtime.
    public var resolution: String?
    /// The name of the store in a folder of several; `nil` for a store by itself.
    public var store: String?
}
