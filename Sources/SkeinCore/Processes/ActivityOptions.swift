/// How an activity is retried, limited and guarded.
public struct ActivityOptions: Sendable, Hashable {
    /// What to do when the retries have ended.
    public enum Exhaustion: Sendable, Hashable {
        /// An incident is raised; the activity waits for an operator, the instance with it.
        case incident
        /// ``ActivityExhausted`` is thrown into the process, which models what to do.
        case `throw`
    }

    package var retry: RetryPolicy
    package var timeout: Duration
    package var system: String?
    package var onExhaustion: Exhaustion

    /// - Parameters:
    ///   - retry: when a failed attempt is made again; an operator can replace it for a single activity under way.
    ///   - timeout: how long one attempt may take before its outcome counts as unknown. Time for which the whole
    ///     process is stopped does not count.
    ///   - system: the outside system whose circuit breaker the activity shares; `nil` for none.
    ///   - onExhaustion: who deals with it when no attempt is left: an operator, or the process.
    public init(
        retry: RetryPolicy = RetryPolicy(), timeout: Duration = .seconds(30), system: String? = nil,
        onExhaustion: Exhaustion = .incident
    ) {
        (self.retry, self.timeout, self.system, self.onExhaustion) = (retry, timeout, system, onExhaustion)
    }

    /// What is wrong with the options, as a clause, or `nil` for good ones.
    var problem: String? {
        if let problem = retry.problem { return problem }
        return timeout > .zero ? nil : "the timeout is \(timeout); it must be longer than zero"
    }
}

/// What an activity throws that declares no business error. There is no value of it.
extension Never: BusinessError {}
