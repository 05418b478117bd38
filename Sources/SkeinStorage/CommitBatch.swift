/// What is committed together.
public struct CommitBatch: Sendable {
    /// Applied in order, save that those with enlistments come last; each can fail without the others.
    public var units: [CommitUnit]

    /// Called once inside the transaction, when all units have been applied, with the indices of those that failed;
    /// what it returns is written in the same transaction. It may be called again when a failed commit is tried again.
    public var positions: @Sendable (_ failed: Set<Int>) -> [PositionRow]

    public init(
        units: [CommitUnit], positions: @escaping @Sendable (_ failed: Set<Int>) -> [PositionRow] = { _ in [] }
    ) {
        (self.units, self.positions) = (units, positions)
    }
}
