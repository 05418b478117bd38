public import SkeinMessages

/// Something that a person should know of: an activity, handler or instance that needs a person to go on, or one that
/// has been failing for long and is still being tried.
public struct IncidentRow: Sendable, Hashable {
    /// Unique in the store, 1 or more, never given twice.
    public var id: IncidentID
    /// The component whose work is parked, or has been failing for long.
    public var component: String
    /// What is parked or failing: `activity`, `handler`, `instance`, `message`.
    public var kind: String
    /// The instance, for kinds `activity` and `instance`.
    public var instance: InstanceID?
    /// The activity's operation, for kind `activity`.
    public var seq: Int64?
    /// The subscription and ordering key, for kind `handler`.
    public var subscription: String?
    /// The ordering key for kinds `handler` and `message`, else the key of the instance.
    public var key: String?
    /// The message in the log that is parked, or that caused the incident.
    public var position: Int64?
    /// A word for grouping, such as `retriesExhausted`, `journalMismatch`.
    public var cause: String
    /// The text of the error, for people.
    public var error: String
    /// When it was raised.
    public var at: Timestamp
    /// When an operator dealt with it; `nil` while it is open.
    public var resolvedAt: Timestamp?
    /// How it ended. `retried`, `edited`, `skipped`, `redirected`, `canceled` and `terminated`: by an operator.
    /// `recovered`: an attempt succeeded. `exhausted`: the process handled the end of the retries. `canceled` also: the
    /// process no longer needed the activity. `deadLettered`: no handler takes the message any more. `rebuilt`: the
    /// projection was rebuilt.
    public var resolution: String?
    /// When the first attempt failed; `nil` when nothing is retried.
    public var failingSince: Timestamp?
    /// When the runtime tries again by itself; `nil` when the incident needs a person.
    public var nextAttempt: Timestamp?

    public init(
        id: IncidentID, component: String, kind: String, instance: InstanceID? = nil, seq: Int64? = nil,
        subscription: String? = nil, key: String? = nil, position: Int64? = nil, cause: String, error: String,
        at: Timestamp, resolvedAt: Timestamp? = nil, resolution: String? = nil, failingSince: Timestamp? = nil,
        nextAttempt: Timestamp? = nil
    ) {
        (self.id, self.component, self.kind, self.instance, self.seq) = (id, component, kind, instance, seq)
        (self.subscription, self.key, self.position) = (subscription, key, position)
        (self.cause, self.error, self.at) = (cause, error, at)
        (self.resolvedAt, self.resolution) = (resolvedAt, resolution)
        (self.failingSince, self.nextAttempt) = (failingSince, nextAttempt)
    }
}
