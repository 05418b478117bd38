import SkeinMessages
public import SkeinStorage

/// What came of an operator's action.
public struct ActionReport: Sendable, Hashable, Codable {
    /// One thing that was changed.
    public struct Change: Sendable, Hashable, Codable {
        /// The incident that is resolved by it.
        public var incident: IncidentID?
        /// The instance that was changed.
        public var instance: InstanceID?
        /// The activity of the instance whose retry policy was changed.
        public var activity: Int64?
        /// The outside system that was suspended or resumed.
        public var system: String?
        /// The channel that was suspended or resumed.
        public var channel: String?
        /// `retried`, `edited`, `skipped`, `redirected`, `canceled`, `terminated`, `suspended`, `resumed`.
        public var outcome: String

        public init(
            incident: IncidentID? = nil, instance: InstanceID? = nil, activity: Int64? = nil, system: String? = nil,
            channel: String? = nil, outcome: String
        ) {
            (self.incident, self.instance, self.activity) = (incident, instance, activity)
            (self.system, self.channel, self.outcome) = (system, channel, outcome)
        }
    }

    /// One thing that was not done.
    public struct Refusal: Sendable, Hashable, Codable {
        /// The incident that stays open; `nil` when the action was not about one.
        public var incident: IncidentID?
        /// Why, for programs: the code of an ``ActionError``.
        public var code: String
        /// Why, and what can be done instead.
        public var reason: String

        public init(_ error: ActionError, incident: IncidentID? = nil) {
            (self.incident, code, reason) = (incident, error.code.description, error.message)
        }
    }

    /// What was changed, in order; the first ``longestList`` of it.
    public var changes: [Change]
    /// What of an action on many things was refused, the first ``longestList`` of it; an action on one thing throws an
    /// ``ActionError`` instead.
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

    package mutating func add(_ more: [Change]) {
        let listed = more.prefix(max(0, Self.longestList - changes.count))
        changes += listed
        if listed.count < more.count { unlistedChanges = (unlistedChanges ?? 0) + more.count - listed.count }
    }

    package mutating func add(_ refusal: Refusal) {
        guard refused.count >= Self.longestList else { return refused.append(refusal) }
        unlistedRefused = (unlistedRefused ?? 0) + 1
    }
}
