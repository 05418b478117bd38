/// What to do about an error of a handler or activity.
public enum Disposition: Sendable, Hashable {
    /// Try again: after the given delay, or after that of the retry policy.
    case retry(after: Duration?)
    /// Trying again cannot help.
    case permanent
    /// Nobody knows whether the effect happened; tried again with the same idempotency key.
    case unknownOutcome
}

extension Disposition {
    /// An error in words for incidents and journals, which tell those apart after which nobody knows what happened.
    static func text(of error: any Error) -> String {
        if case .unknownOutcome = of(error) { return "unknown outcome: \(error)" }
        return "\(error)"
    }

    static func of(_ error: any Error) -> Disposition {
        if let error = error as? any DispositionedError { return error.disposition }
        if let error = error as? MessageError, MessageError.permanent.contains(error.code) { return .permanent }
        return .retry(after: nil)
    }
}
