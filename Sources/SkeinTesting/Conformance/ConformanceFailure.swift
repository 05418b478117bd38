import SkeinStorage
import SkeinCore

/// What an adapter does otherwise than its contract says.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// What was found and what was expected.
    public let description: String
}
