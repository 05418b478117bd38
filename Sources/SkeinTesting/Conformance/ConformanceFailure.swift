import SkeinStorage
import SkeinCore

/// What a store does otherwise than the contract says.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// What was found and what was expected.
    public let description: String
}
