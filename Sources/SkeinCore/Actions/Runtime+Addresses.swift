extension Runtime {
    /// The id of the instance with an address.
    ///
    /// - Throws: ``ActionError`` when there is none; ``StoreError``.
    public func instanceID(of address: InstanceAddress) throws -> InstanceID {
        if let row = try core.store.makeReader().instance(address) { return row.id }
        let text = "there is no instance '\(address)'"
        guard registries.contains(where: { $0.component == address.component }) else {
            let names = registries.map(\.component).sorted().joined(separator: ", ")
            throw ActionError(.notRunning, "\(text): no component '\(address.component)' runs here, but \(names)")
        }
        guard kernel(of: address.component, process: address.process) != nil else {
            throw ActionError(
                .notRunning,
                "\(text): component '\(address.component)' has no process, saga or entity '\(address.process)'")
        }
        throw ActionError(
            .unknownInstance, "\(text): none was started with the key '\(address.key)', or it is no longer in the store"
        )
    }

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
