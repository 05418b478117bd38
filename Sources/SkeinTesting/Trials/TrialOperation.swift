import SkeinStorage
import SkeinCore

/// An action of an operator. Its object, an instance, an incident or a system, is chosen among those that exist at that
/// moment; without one, nothing happens.
public struct TrialOperation: Sendable, Hashable, Codable {
    /// The kind of the action.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case suspend, resume, cancel, terminate, retryInstance, retryIncident, edit, skip, redirect, retryCause
        case editRetry, suspendSystem, resumeSystem
    }

    /// The kind of the action.
    public var kind: Kind
    /// Chooses the object.
    public var pick: UInt64

    /// Creates an action and the number that chooses its object.
    public init(_ kind: Kind, pick: UInt64) { (self.kind, self.pick) = (kind, pick) }
}
