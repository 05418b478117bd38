/// The smallest thing that can fail by itself: all effects of one reaction.
public struct CommitUnit: Sendable {
    /// Messages to append to the log, in order.
    public var appends: [Outgoing]
    /// Changes of rows, in order; a later one sees the earlier ones.
    public var writes: [StoreWrite]
    /// The user's own changes, applied last, each in order.
    public var enlistments: [any Enlistment]

    public init(appends: [Outgoing] = [], writes: [StoreWrite] = [], enlistments: [any Enlistment] = []) {
        (self.appends, self.writes, self.enlistments) = (appends, writes, enlistments)
    }

    /// Whether committing the unit would change nothing.
    public var isEmpty: Bool { appends.isEmpty && writes.isEmpty && enlistments.isEmpty }
}
