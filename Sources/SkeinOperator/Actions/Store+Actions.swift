public import SkeinActions
import SkeinCore
public import SkeinMessages
public import SkeinStorage

extension Store {
    /// Does to a store what a runtime does with an action, without a runtime: each change is one commit, and the next
    /// runtime on the store goes on from there.
    ///
    /// No runtime may have the store open; where one has, ask it instead.
    /// - Parameter now: what is due at once is due at this time.
    /// - Throws: ``ActionError`` when the action cannot be carried out; ``StoreError``.
    public func perform(_ action: OperatorAction, at now: Timestamp) throws -> ActionReport {
        try carryOut(action, at: now)
    }
}
