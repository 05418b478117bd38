public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// One entry of an instance's journal: what came in, and what the instance did in reaction.
public struct JournalRow: Sendable, Hashable {
    /// The id of the instance whose journal it is; with `seq` the row's identity.
    public var instance: InstanceID
    /// Rises by one with each entry of the instance, from 1.
    public var seq: Int64
    /// The kind of input, such as `start`, `message`, `activity`, `timer`.
    public var kind: String
    /// The rest of the entry as JSON.
    public var body: Data
    /// When the instance reacted.
    public var at: Timestamp

    public init(instance: InstanceID, seq: Int64, kind: String, body: Data, at: Timestamp) {
        (self.instance, self.seq, self.kind, self.body, self.at) = (instance, seq, kind, body, at)
    }
}
