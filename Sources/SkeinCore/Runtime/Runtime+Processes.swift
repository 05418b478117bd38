public import SkeinStorage
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif
internal import Synchronization

/// How an instance stands when somebody asks for its outcome.
public enum ProcessOutcome: Sendable, Hashable {
    /// It ended in time with this status. `result` is the encoded value that it returned, or its ``failure``.
    case ended(InstanceStatus, result: Data?)
    /// It goes on; ask again, or look at the instance.
    case accepted

    /// What the process returned; `nil` while it goes on, and for one that did not complete.
    ///
    /// - Throws: ``MessageError`` with code `undecodablePayload` when it returned something else.
    public func value<Value: Decodable>(as type: Value.Type) throws -> Value? {
        guard case .ended(.completed, let result?) = self else { return nil }
        return try PayloadCoder.json.decode(type, from: result)
    }

    /// The business error that ended the process; `nil` while it goes on and when it ended otherwise.
    public var failure: ProcessFailure? {
        guard case .ended(.failed, let result?) = self else { return nil }
        return ProcessFailure(stored: result)
    }

    /// The business error that ended the process, if it has the code of this type; `nil` otherwise.
    ///
    /// - Throws: ``MessageError`` with code `undecodablePayload` when it has that code but was stored without its value
    ///   or cannot be decoded.
    public func failure<Failure: BusinessError>(as type: Failure.Type) throws -> Failure? {
        try failure?.decoded(as: type)
    }
}

extension Runtime {
    /// Waits for an instance to end, in memory and no longer than a duration: answer in time, or "accepted".
    ///
    /// The instance need not exist yet. Ask before, or after, the message that starts it: both work, for the outcome is
    /// kept. A runtime that stops meanwhile answers ``ProcessOutcome/accepted``, and so does a call that is cancelled.
    ///
    /// - Throws: ``OperationError`` when the component does not run here, or has no such process.
    public func outcome<Definition: ProcessDefinition>(
        of process: Definition.Type, key: String, in component: String, within duration: Duration
    ) async throws -> ProcessOutcome {
        try await outcome(of: Definition.name, key: key, in: component, within: duration)
    }

    /// Waits for an instance to end; the same for a process that is known by its name only.
    public func outcome(
        of process: String, key: String, in component: String, within duration: Duration
    ) async throws -> ProcessOutcome {
        guard let engine = kernel(of: component, process: process) else {
            throw OperationError("component '\(component)' with '\(process)' does not run here")
        }
        let timers = core.intervals
        let identity = InstanceKey(process: process, key: key)
        let id = core.environment.random()
        let token = Mutex<TimerService.Token?>(nil)
        let giveUp = Mutex<(@Sendable (ProcessOutcome) -> Void)?>(nil)
        // However the wait has ended: the engine has heard of the observer by then, and forgets it.
        defer {
            token.withLock { $0.map(timers.cancel) }
            engine.post(.forget(identity, observer: id))
        }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let answer = core.outcomes.begin { continuation.resume(returning: $0) }
                engine.post(
                    .observe(
                        OutcomeObserver(identity: identity, id: id) { answer(.ended($0.status, result: $0.result)) }))
                token.withLock { $0 = timers.schedule(after: duration) { answer(.accepted) } }
                giveUp.withLock { $0 = answer }
                if Task.isCancelled { answer(.accepted) }
            }
        } onCancel: {
            giveUp.withLock { $0 }?(.accepted)
        }
    }

    /// Cancels an instance: ``ProcessCanceled`` is thrown at what it waits for, and what it has done is compensated.
    ///
    /// - Throws: ``OperationError`` when there is no such instance or it has ended.
    public func cancel(instance: Int64, reason: String = "canceled by an operator") async throws {
        try await operate(.cancel(reason: reason), on: instance)
    }

    /// Ends an instance at once and without its code: nothing that it has done is undone. For one whose code cannot go
    /// on; ``cancel(instance:reason:)-(Int64,_)`` is the orderly way.
    ///
    /// - Throws: ``OperationError`` when there is no such instance, it has ended, or it is an entity.
    public func terminate(instance: Int64, reason: String = "terminated by an operator") async throws {
        try await operate(.terminate(reason: reason), on: instance)
    }

    /// Stops an instance until it is resumed; what arrives meanwhile is kept.
    public func suspend(instance: Int64) async throws { try await operate(.suspend, on: instance) }

    /// Lets a suspended instance go on with what has arrived.
    public func resume(instance: Int64) async throws { try await operate(.resume, on: instance) }

    /// Lets a parked instance go on under the code as it is now, and its exhausted activities begin anew.
    public func retry(instance: Int64) async throws { try await operate(.retry, on: instance) }

    /// Replaces the retry policy of a scheduled activity, while it is being retried.
    public func edit(instance: Int64, activity op: Int64, retry policy: RetryPolicy) async throws {
        if let problem = policy.problem { throw OperationError("the retry policy is wrong: \(problem)") }
        try await operate(.edit(op: op, policy: RetryPolicy.Edit(policy)), on: instance)
    }

    /// Stops all activities towards an outside system (``ActivityOptions/system``) until it is resumed, also across
    /// restarts. Attempts under way end as they will; what is due waits, and uses up no attempts.
    public func suspend(system: String) async throws {
        core.breakers.hold(system)
        try await commit(.holdSystem(system, at: core.environment.clock.now)) { $0.hold(system) }
    }

    /// Lets activities towards an outside system go on.
    public func resume(system: String) async throws {
        try await commit(.releaseSystem(system)) { $0.release(system) }
    }

    /// What is in memory changes with the commit: of two operators who want opposite things, the one whose commit comes
    /// last has it both in the store and here.
    private func commit(
        _ write: StoreWrite, then change: @escaping @Sendable (CircuitBreakers) -> Void
    ) async throws {
        let breakers = core.breakers
        try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
            core.committer.submit(CommitUnit(writes: [write])) { outcome in
                if case .failed(let error) = outcome { return continuation.resume(throwing: error) }
                change(breakers)
                continuation.resume()
            }
        }
    }

    func operate(_ operation: InstanceOperation, on id: Int64) async throws {
        guard let row = try core.store.makeReader().instance(id) else {
            throw OperationError("there is no instance \(id)")
        }
        guard let engine = kernel(of: row.component, process: row.process) else {
            // No kernel has it in memory, so the store is the whole truth about it.
            let plan = try planner().plan(operation, on: id)
            _ = try await core.committer.commit(plan.unit)
            return
        }
        let problem: String? = await withUnsafeContinuation { continuation in
            let done = core.operations.calls.begin { continuation.resume(returning: $0) }
            engine.post(.operate(operation, instance: id, done: done))
        }
        if let problem { throw OperationError(problem) }
    }
}

/// An operator's request that cannot be carried out.
public struct OperationError: Error, CustomStringConvertible {
    /// What cannot be done, and why.
    public let description: String

    public init(_ description: String) { self.description = description }
}
