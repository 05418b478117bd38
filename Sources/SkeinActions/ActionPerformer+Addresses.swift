public import SkeinMessages
public import SkeinStorage

extension ActionPerformer {
    /// Cancels the instance with an address; see ``cancel(instance:reason:)-(InstanceID,_)``.
    public func cancel(instance address: InstanceAddress, reason: String = "canceled by an operator") async throws {
        try await cancel(instance: instanceID(of: address), reason: reason)
    }

    /// Ends the instance with an address at once; see ``terminate(instance:reason:)-(InstanceID,_)``.
    public func terminate(
        instance address: InstanceAddress, reason: String = "terminated by an operator"
    ) async throws {
        try await terminate(instance: instanceID(of: address), reason: reason)
    }

    /// Stops the instance with an address until it is resumed; what arrives meanwhile waits in its mailbox.
    public func suspend(instance address: InstanceAddress) async throws {
        try await suspend(instance: instanceID(of: address))
    }

    /// Lets the suspended instance with an address go on with what has arrived.
    public func resume(instance address: InstanceAddress) async throws {
        try await resume(instance: instanceID(of: address))
    }

    /// Lets the parked instance with an address go on; see ``retry(instance:)-(InstanceID)``.
    public func retry(instance address: InstanceAddress) async throws {
        try await retry(instance: instanceID(of: address))
    }

    /// Replaces the retry policy of a scheduled activity of the instance with an address, while it is being retried.
    public func edit(instance address: InstanceAddress, activity op: Int64, retry policy: RetryPolicy) async throws {
        try await edit(instance: instanceID(of: address), activity: op, retry: policy)
    }
}
