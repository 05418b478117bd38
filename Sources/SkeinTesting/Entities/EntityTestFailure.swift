#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import SkeinCore

/// An entity has decided something else than expected.
public struct EntityTestFailure: Error, CustomStringConvertible {
    /// The name of the entity.
    public let entity: String
    /// The events that were expected: name, version, payload.
    public let expected: [String]
    /// The events that were decided: name, version, payload.
    public let decided: [String]

    public var description: String {
        "'\(entity)' decided \(Self.list(decided)), expected \(Self.list(expected))"
    }

    private static func list(_ events: [String]) -> String {
        events.isEmpty ? "nothing" : events.joined(separator: ", ")
    }
}
