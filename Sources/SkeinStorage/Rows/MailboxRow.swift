import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// An input that an instance has not reacted to yet.
public struct MailboxRow: Sendable, Hashable {
    /// Unique in the store; an instance takes its inputs in this order.
    public var seq: Int64
    /// The id of the instance that the input is for.
    public var instance: InstanceID
    /// The component of the instance, whose mailboxes are read together.
    public var component: String
    /// The input as JSON; a message from the log is named by its position.
    public var input: Data
    /// The message in the log that the input refers to, which stays there as long as the row; `nil` for none.
    public var position: Int64?

    public init(seq: Int64, instance: InstanceID, component: String, input: Data, position: Int64? = nil) {
        (self.seq, self.instance, self.component, self.input) = (seq, instance, component, input)
        self.position = position
    }
}
