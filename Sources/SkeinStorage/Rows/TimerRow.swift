public import SkeinMessages

/// A durable wake-up. Its identity is (`due`, `instance`, `seq`).
public struct TimerRow: Sendable, Hashable {
    /// The instant to wake up at; never earlier.
    public var due: Timestamp
    /// The id of the instance to wake.
    public var instance: InstanceID
    /// The operation that the timer is for; for a saga, a stable hash of the purpose.
    public var seq: Int64
    /// The component of the instance, whose timers are read together.
    public var component: String
    /// What the timer is for: `sleep`, `timeout`, `reminder`, `deadline`.
    public var purpose: String

    public init(due: Timestamp, instance: InstanceID, seq: Int64, component: String, purpose: String) {
        (self.due, self.instance, self.seq, self.component, self.purpose) = (due, instance, seq, component, purpose)
    }
}
