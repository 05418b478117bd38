import SkeinStorage
import SkeinCore

/// A broken promise, with the shortest run found that breaks it.
public struct TrialFailure: Error, Sendable, CustomStringConvertible {
    /// The name of the search.
    public let search: String
    /// The seed that found it.
    public let seed: UInt64
    /// The broken promise.
    public let violation: TrialViolation
    /// The plan of the shortened run.
    public let plan: TrialPlan
    /// How many events the plan had before it was shortened.
    public let events: Int
    /// What happens in the shortened run, one line for each thing.
    public let story: [String]

    /// The seed, the broken promise, and the story.
    public var description: String {
        let title = TrialViolation.title(of: violation.invariant)
        return """
            seed \(seed) of '\(search)' breaks a promise: \(violation)
            (\(violation.invariant == 0 ? "a promise of the trial" : "\(violation.invariant): \(title)"))
            The run, with \(plan.events.count) of its \(events) events:
            \(story.map { "  " + $0 }.joined(separator: "\n"))
            """
    }
}
