import SkeinStorage
import SkeinCore

/// The way in which a commit fails.
public enum TrialStoreFault: String, Sendable, Hashable, Codable, CaseIterable {
    /// Another process writes for too long.
    case busy
    /// The disk is full.
    case full
    /// The disk fails.
    case inputOutput
    /// The disk reports a failure although the commit is durable.
    case inputOutputAfterwards
}
