#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// How a channel stands, as its process wrote it down last.
public struct ChannelRow: Sendable, Hashable {
    /// The name of the channel; unique in the store.
    public var name: String
    /// JSON, see ``ChannelReport``.
    public var description: Data

    public init(name: String, description: Data) { (self.name, self.description) = (name, description) }
}
