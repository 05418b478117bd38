public import SkeinCore

/// Looks for a seed that breaks a promise, and makes what it finds short.
///
/// - Cost: some hundredths of a second a seed. Every seed is a run of its own with a store of its own.
public struct TrialSearch: Sendable {
    /// What is under trial, for reports.
    public let name: String
    let describe: @Sendable (Trial) -> Void
    let makeStore: @Sendable () throws -> any Store

    /// - Parameters:
    ///   - name: what is under trial, for reports.
    ///   - store: makes the store of one run, empty.
    ///   - describe: what runs, what comes in, and what must hold; called once for each run, and must do the same each
    ///     time.
    public init(
        _ name: String, store: @escaping @Sendable () throws -> any Store = { MemoryStore() },
        _ describe: @escaping @Sendable (Trial) -> Void
    ) {
        (self.name, makeStore, self.describe) = (name, store, describe)
    }

    /// Runs trials until one finds something.
    ///
    /// - Throws: ``TrialFailure``, with the story of the shortest run that was found to break the same promise.
    public func run(seeds: some Sequence<UInt64>) throws {
        for seed in seeds {
            let plan = try plan(seed: seed)
            guard let violation = try violation(of: plan) else { continue }
            throw try failure(plan, violation)
        }
    }

    /// The broken promise of one seed, made short; `nil` where none is broken.
    ///
    /// - Parameter shrinks: whether the run is made shorter, which takes some hundred runs.
    public func failure(seed: UInt64, shrinks: Bool = true) throws -> TrialFailure? {
        let plan = try plan(seed: seed)
        guard let violation = try violation(of: plan) else { return nil }
        return try failure(plan, violation, shrinks: shrinks)
    }

    /// What one seed comes to.
    public func plan(seed: UInt64) throws -> TrialPlan {
        let trial = Trial(seed: seed, clock: VirtualClock(), store: try makeStore())
        describe(trial)
        return TrialPlan.random(seed: seed, inputs: trial.inputs.count, systems: trial.weathers.count)
    }

    /// The first promise that a plan breaks; `nil` where none is broken.
    public func violation(of plan: TrialPlan) throws -> TrialViolation? {
        try TrialRun(plan, of: self, isTold: false).run().first
    }

    private func failure(
        _ plan: TrialPlan, _ violation: TrialViolation, shrinks: Bool = true
    ) throws -> TrialFailure {
        var shrinker = TrialShrinker(search: self, kind: violation.kind)
        let short = shrinks ? try shrinker.shrink(plan) : plan
        let run = try TrialRun(short, of: self, isTold: true)
        let found = run.run().first ?? violation
        return TrialFailure(
            search: name, seed: plan.seed, violation: found, plan: short, events: plan.events.count,
            story: run.story.lines)
    }
}

/// A broken promise, with the shortest run that was found to break it.
public struct TrialFailure: Error, Sendable, CustomStringConvertible {
    /// What was under trial.
    public let search: String
    /// The seed that found it.
    public let seed: UInt64
    /// What is broken.
    public let violation: TrialViolation
    /// The plan of the short run.
    public let plan: TrialPlan
    /// How many events the plan had at first.
    public let events: Int
    /// What happens in the short run, a line each.
    public let story: [String]

    /// The seed, the broken promise, and the story.
    public var description: String {
        let title = TrialViolation.title(of: violation.invariant)
        return """
            seed \(seed) of '\(search)' breaks a promise: \(violation)
            (\(violation.invariant == 0 ? "a promise of the trial" : "\(violation.invariant): \(title)"))
            In short, \(plan.events.count) of \(events) events:
            \(story.map { "  " + $0 }.joined(separator: "\n"))
            """
    }
}
