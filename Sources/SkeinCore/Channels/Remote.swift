#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A component that runs in another process, and the channel that leads to it.
///
/// Its events are taken in from the channel and recorded; commands and questions that it owns go there. What it owns,
/// it says itself when it connects, and the store remembers it. Until then it counts as the owner of the commands and
/// queries that begin with its name.
public struct Remote: Sendable {
    package let component: String
    package let channel: String
    package let start: StartingPoint
    package var taken: Set<MessageName>?
    package var declared: Data?

    /// - Parameters:
    ///   - component: its name; no component of this runtime has it.
    ///   - channel: the name of a ``Channel`` of this runtime.
    ///   - start: where reading its events begins if this process has read none yet. With
    ///     ``StartingPoint/beginning`` it begins with the oldest that the broker has.
    public init(_ component: String, via channel: String, from start: StartingPoint = .now) {
        (self.component, self.channel, self.start) = (component, channel, start)
    }

    /// Records only events of these types. Others are acknowledged and passed by, so that no later part can read them
    /// from the log. All of them are recorded unless stated.
    public func taking(_ types: any Event.Type...) -> Self {
        var copy = self
        copy.taken = Set(types.map { $0.name })
        return copy
    }

    /// Says what the component owns and publishes until it has declared that itself.
    ///
    /// A runtime refuses to start with an entry that it cannot read, or that is not about the component.
    ///
    /// - Parameter entry: the output of `skein catalogue --json`, which may be kept in a file beside the code, or the
    ///   entry of the component alone.
    public func declared(by entry: Data) -> Self {
        var copy = self
        copy.declared = entry
        return copy
    }
}
