/// How an activity is retried, limited and guarded.
public struct ActivityOptions: Sendable, Hashable {
    /// What to do when the retries have ended.
    public enum Exhaustion: Sendable, Hashable {
        /// An incident is raised; the activity waits for an operator, the instance with it.
        case incident
        /// ``ActivityExhausted`` is thrown into the process, which models what to do.
        case `throw`
    }

    /// When a failed attempt is made again; an operator can replace it for a single activity under way.
    public var retry: RetryPolicy
    /// How long one attempt may take before its outcome counts as unknown. Time for which the whole process is stopped
    /// does not count.
    public var timeout: Duration
    /// The outside system whose circuit breaker the activity shares; `nil` for none.
    public var system: String?
    /// Who deals with it when no attempt is left: an operator, or the process.
    public var onExhaustion: Exhaustion

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

/// What the code of an activity knows about its attempt.
public struct ActivityContext: Sendable {
    /// The same for every attempt of this activity and for no other: pass it to the outside system, so that a repeated
    /// attempt has no second effect.
    public let idempotencyKey: String
    /// 1 for the first attempt.
    public let attempt: Int
    /// The key of the instance.
    public let instanceKey: String
    /// The idempotency key of the activity that this one undoes; `nil` where it undoes none.
    public internal(set) var undoneKey: String?
}

/// An error that is part of the business, not a failure of the technique: it is recorded, never retried, and may be
/// caught by the process, now and in every replay.
public protocol BusinessError: Error, Codable, Sendable {
    /// A stable word for the error in journals and on screens; the type's name unless stated.
    static var code: String { get }
}

extension BusinessError {
    /// The type's name without its module.
    public static var code: String { "\(Self.self)" }
}

/// What an activity throws that declares no business error. There is no value of it.
extension Never: BusinessError {}

/// The retries of an activity have ended (``ActivityOptions/Exhaustion/throw``).
public struct ActivityExhausted: BusinessError, CustomStringConvertible {
    /// Stable, so that old journals stay readable.
    public static let code = "activityExhausted"
    /// The name of the activity, as the process gave it.
    public var activity: String
    /// How many attempts were made, the first included.
    public var attempts: Int
    /// The text of the last error; for people, not to be compared.
    public var lastError: String

    public var description: String { "'\(activity)' failed \(attempts) times; last: \(lastError)" }
}

/// Somebody canceled the instance. Thrown once, at whatever the instance is waiting for.
public struct ProcessCanceled: BusinessError, CustomStringConvertible {
    /// Stable, so that old journals stay readable.
    public static let code = "processCanceled"
    /// Why, in the words of whoever canceled it.
    public var reason: String

    public var description: String { "canceled: \(reason)" }
}
