internal import SkeinStorage
public import SkeinCore

/// An outside system that operators have stopped.
public struct SuspendedSystem: Sendable, Hashable, Codable {
    /// Its name in the code.
    public var system: String
    /// Since when activities towards it wait.
    public var since: Timestamp
}
