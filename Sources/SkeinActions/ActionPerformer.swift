import SkeinMessages
public import SkeinStorage

/// Carries out operators' actions. A runtime does; each of the methods is an ``OperatorAction`` by a shorter name.
public protocol ActionPerformer: Sendable {
    /// Carries out any action of an operator; it is durable when the call returns.
    ///
    /// An instance goes on after the commit, so code that still cannot go on parks the instance again, with a new
    /// incident. A message of which an attempt is under way is waited for, at most ten seconds.
    /// - Throws: ``ActionError`` when it cannot be carried out; `StoreError`.
    func perform(_ action: OperatorAction) async throws -> ActionReport

    /// The id of the instance with an address.
    ///
    /// - Throws: ``ActionError`` when there is none; `StoreError`.
    func instanceID(of address: InstanceAddress) throws -> InstanceID
}
