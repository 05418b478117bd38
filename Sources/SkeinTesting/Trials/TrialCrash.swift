import SkeinStorage
import SkeinCore

/// The moment at which a process is killed.
public enum TrialCrash: String, Sendable, Hashable, Codable, CaseIterable {
    /// Between two pieces of work.
    case now
    /// At the next commit, before it is durable.
    case beforeCommit
    /// At the next commit, when it is durable but the runtime does not know yet.
    case afterCommit
}
