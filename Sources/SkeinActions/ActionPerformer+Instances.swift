public import SkeinMessages
public import SkeinStorage

extension ActionPerformer {
    /// Cancels an instance: `ProcessCanceled` is thrown at what it waits for, and what it has done is compensated.
    ///
    /// - Throws: ``ActionError`` when there is no such instance or it has ended.
    public func cancel(instance: InstanceID, reason: String = "canceled by an operator") async throws {
        _ = try await perform(.cancel(instance: instance, reason: reason))
    }

    /// Ends an instance at once and without its code: nothing that it has done is undone. For one whose code cannot go
    /// on; ``cancel(instance:reason:)-(InstanceID,_)`` is the orderly way.
    ///
    /// - Throws: ``ActionError`` when there is no such instance, it has ended, or it is an entity.
    public func terminate(instance: InstanceID, reason: String = "terminated by an operator") async throws {
        _ = try await perform(.terminate(instance: instance, reason: reason))
    }

    /// Stops an instance until it is resumed; what arrives meanwhile waits in its mailbox.
    public func suspend(instance: InstanceID) async throws { _ = try await perform(.suspend(instance: instance)) }

    /// Lets a suspended instance go on with what has arrived.
    public func resume(instance: InstanceID) async throws { _ = try await perform(.resume(instance: instance)) }

    /// Lets a parked instance go on under the code as it is now, and its exhausted activities begin anew.
    public func retry(instance: InstanceID) async throws { _ = try await perform(.retryInstance(instance)) }

    /// Replaces the retry policy of a scheduled activity, while it is being retried.
    public func edit(instance: InstanceID, activity op: Int64, retry policy: RetryPolicy) async throws {
        if let problem = policy.problem {
            throw ActionError(.invalidPolicy, "the retry policy is wrong: \(problem)")
        }
        _ = try await perform(.editRetry(instance: instance, activity: op, RetryPolicy.Edit(policy)))
    }
}
