public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// An activity that is scheduled and not completed. Its identity is (`instance`, `seq`).
public struct ActivityRow: Sendable, Hashable {
    /// The id of the instance that scheduled it.
    public var instance: InstanceID
    /// The operation of the instance that the activity is.
    public var seq: Int64
    /// The component of the instance, whose activities are read together.
    public var component: String
    /// What the process calls it; the same name for every run of the step.
    public var name: String
    /// The same for every attempt and for no other activity.
    public var idempotencyKey: String
    /// How many attempts have been made.
    public var attempt: Int
    /// When the next attempt is due; `nil` when none is to be made, and an open incident says so.
    public var nextAt: Timestamp?
    /// When the process called it, before the first attempt.
    public var scheduledAt: Timestamp
    /// The text of the newest failed attempt; `nil` when none has failed.
    public var lastError: String?
    /// What was edited about the retry policy, as JSON (``RetryPolicy/Edit``); `nil` for the one in the code.
    public var policy: Data?
    /// The fencing token of the node that runs it.
    public var epoch: Int64
    /// When the first attempt failed; `nil` when none has failed, or none since an operator restarted the retry policy.
    public var failingSince: Timestamp?
    /// The open incident that reports it.
    public var incident: IncidentID?
    /// The outside system that it calls (``ActivityOptions/system``); empty for none. Activities towards a system that
    /// lets nobody in are not even read.
    public var system: String

    public init(
        instance: InstanceID, seq: Int64, component: String, name: String, idempotencyKey: String, attempt: Int = 0,
        nextAt: Timestamp?, scheduledAt: Timestamp, lastError: String? = nil, policy: Data? = nil, epoch: Int64 = 0,
        failingSince: Timestamp? = nil, incident: IncidentID? = nil, system: String = ""
    ) {
        (self.instance, self.seq, self.component, self.name) = (instance, seq, component, name)
        self.system = system
        (self.idempotencyKey, self.attempt, self.nextAt) = (idempotencyKey, attempt, nextAt)
        (self.scheduledAt, self.lastError, self.policy) = (scheduledAt, lastError, policy)
        (self.epoch, self.failingSince, self.incident) = (epoch, failingSince, incident)
    }
}
