internal import Synchronization

extension Runtime {
    /// Waits for an instance to end, in memory and no longer than a duration: answer in time, or "accepted".
    ///
    /// The instance need not exist yet. Ask before, or after, the message that starts it: both work, because the
    /// store has the outcome. A runtime that stops meanwhile answers ``ProcessOutcome/accepted``, and so does a call
    /// that is cancelled.
    ///
    /// - Throws: ``ConfigurationError`` when the component does not run here, or has no such process.
    public func outcome<Definition: ProcessDefinition>(
        of process: Definition.Type, key: String, in component: String, within duration: Duration
    ) async throws -> ProcessOutcome {
        try await outcome(of: Definition.name, key: key, in: component, within: duration)
    }

    /// Waits for an instance to end; the same for a process that is known by its name only.
    package func outcome(
        of process: String, key: String, in component: String, within duration: Duration
    ) async throws -> ProcessOutcome {
        guard let engine = kernel(of: component, process: process) else {
            throw ConfigurationError(["component '\(component)' with process '\(process)' does not run here"])
        }
        let timers = core.intervals
        let identity = InstanceKey(process: process, key: key)
        let id = core.environment.random()
        let token = Mutex<TimerService.Token?>(nil)
        let canceled = Mutex(GivenUp())
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
                canceled.withLock { $0.answer = answer }
                if Task.isCancelled { answer(.accepted) }
            }
        } onCancel: {
            canceled.withLock { $0.answer }?(.accepted)
        }
    }
}

/// Answers a caller who no longer waits.
private struct GivenUp: Sendable { var answer: (@Sendable (ProcessOutcome) -> Void)? }
