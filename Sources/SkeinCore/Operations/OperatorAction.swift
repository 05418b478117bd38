#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What an operator does to an incident, an instance or an outside system; the same with a runtime
/// (``Runtime/perform(_:)``) and on a store that no runtime has open (``Store/perform(_:at:)``).
public enum OperatorAction: Sendable, Hashable {
    /// Repairs what one incident holds up.
    case repair(incident: Int64, IncidentRepair)
    /// Repairs, one by one, everything that is held up for one cause.
    case repairAll(cause: String, IncidentRepair)
    /// Lets a parked instance go on, and its exhausted activities begin anew.
    case retryInstance(Int64)
    /// Ends an instance, which compensates what it has done.
    case cancel(instance: Int64, reason: String)
    /// Ends an instance at once, without its code and without undoing anything.
    case terminate(instance: Int64, reason: String)
    /// Stops an instance until it is resumed.
    case suspend(instance: Int64)
    /// Lets a suspended instance go on.
    case resume(instance: Int64)
    /// Changes the retry policy of an activity under way; the next attempt is made earlier if the policy then says so.
    case editRetry(instance: Int64, activity: Int64, RetryPolicy.Edit)
    /// Stops all activities towards an outside system, by its name in the code, until it is resumed.
    case suspendSystem(String)
    /// Lets activities towards an outside system go on.
    case resumeSystem(String)
}

extension OperatorAction {
    /// Tries again what an incident holds up.
    public static func retry(incident id: Int64) -> Self { .repair(incident: id, .retry) }
    /// Replaces the payload of the message that an incident holds up, and tries again.
    public static func edit(incident id: Int64, payload: Data) -> Self {
        .repair(incident: id, .edit(payload: payload))
    }
    /// Goes on without the message that an incident holds up.
    public static func skip(incident id: Int64) -> Self { .repair(incident: id, .skip) }
    /// Sends the message that an incident holds up to another component, and goes on without it.
    public static func redirect(incident id: Int64, to component: String) -> Self {
        .repair(incident: id, .redirect(to: component))
    }
}

/// What came of an operator's action.
public struct OperationReport: Sendable, Hashable, Codable {
    /// One thing that was changed.
    public struct Change: Sendable, Hashable, Codable {
        /// The incident that is resolved by it.
        public var incident: Int64?
        /// The instance that was changed.
        public var instance: Int64?
        /// The activity of the instance whose retry policy was changed.
        public var activity: Int64?
        /// The outside system that was suspended or resumed.
        public var system: String?
        /// `retried`, `edited`, `skipped`, `redirected`, `canceled`, `terminated`, `suspended`, `resumed`.
        public var outcome: String

        public init(
            incident: Int64? = nil, instance: Int64? = nil, activity: Int64? = nil, system: String? = nil,
            outcome: String
        ) {
            (self.incident, self.instance, self.activity) = (incident, instance, activity)
            (self.system, self.outcome) = (system, outcome)
        }
    }

    /// One thing of a bulk action that could not be done.
    public struct Refusal: Sendable, Hashable, Codable {
        /// The incident that stays open.
        public var incident: Int64
        /// Why, and what can be done instead.
        public var reason: String
    }

    /// What was changed, in order; the first ``longestList`` of it.
    public var changes: [Change]
    /// What of a bulk action was refused, the first ``longestList`` of it; an action on one thing throws instead.
    public var refused: [Refusal]
    /// How many changes were made that are not listed; `nil` for none.
    public var unlistedChanges: Int?
    /// How many refusals there were that are not listed; `nil` for none.
    public var unlistedRefused: Int?

    /// How many changes, and how many refusals, a report lists, so that a report on a million is no larger than one on
    /// a thousand.
    public static let longestList = 1000

    public init(changes: [Change] = [], refused: [Refusal] = []) {
        (self.changes, self.refused) = (changes, refused)
    }

    mutating func add(_ more: [Change]) {
        let listed = more.prefix(max(0, Self.longestList - changes.count))
        changes += listed
        if listed.count < more.count { unlistedChanges = (unlistedChanges ?? 0) + more.count - listed.count }
    }

    mutating func add(_ refusal: Refusal) {
        guard refused.count >= Self.longestList else { return refused.append(refusal) }
        unlistedRefused = (unlistedRefused ?? 0) + 1
    }
}
