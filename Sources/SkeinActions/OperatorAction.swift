public import SkeinMessages
public import SkeinStorage
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What an operator does to an incident, an instance or an outside system; the same with a runtime
/// (``ActionPerformer``) and on a store that no runtime has open.
public enum OperatorAction: Sendable, Hashable {
    /// Repairs what one incident is about.
    case repair(incident: IncidentID, IncidentRepair)
    /// Repairs, one by one, everything that is parked for one cause.
    case repairAll(cause: String, IncidentRepair)
    /// Lets a parked instance go on, and its exhausted activities begin anew.
    case retryInstance(InstanceID)
    /// Ends an instance, which compensates what it has done.
    case cancel(instance: InstanceID, reason: String)
    /// Ends an instance at once, without its code and without undoing anything.
    case terminate(instance: InstanceID, reason: String)
    /// Stops an instance until it is resumed.
    case suspend(instance: InstanceID)
    /// Lets a suspended instance go on.
    case resume(instance: InstanceID)
    /// Changes the retry policy of an activity under way; the next attempt is made earlier if the policy then says so.
    case editRetry(instance: InstanceID, activity: Int64, RetryPolicy.Edit)
    /// Stops all activities towards an outside system, by its name in the code, until it is resumed.
    case suspendSystem(String)
    /// Lets activities towards an outside system go on.
    case resumeSystem(String)
}

extension OperatorAction {
    /// Tries again what an incident is about.
    public static func retry(incident id: IncidentID) -> Self { .repair(incident: id, .retry) }
    /// Replaces the payload of the message of an incident, and tries again.
    public static func edit(incident id: IncidentID, payload: Data) -> Self {
        .repair(incident: id, .edit(payload: payload))
    }
    /// Goes on without the message of an incident.
    public static func skip(incident id: IncidentID) -> Self { .repair(incident: id, .skip) }
    /// Sends the message of an incident to another component, and goes on without it.
    public static func redirect(incident id: IncidentID, to component: String) -> Self {
        .repair(incident: id, .redirect(to: component))
    }
}
