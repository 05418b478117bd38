import SkeinCore
import Synchronization

/// The line to an outside system is broken: whether the system has acted, nobody knows.
public struct LineDown: Error, CustomStringConvertible {
    public var description: String { "no connection" }

    public init() {}
}
