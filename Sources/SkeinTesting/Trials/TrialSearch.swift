public import SkeinStorage
import SkeinCore

/// Runs trials from many seeds until one breaks a promise, and shortens the run that does.
///
/// - Ordering: the seeds run one after another, on the calling thread.
/// - Isolation: each run has its own store and its own components.
/// - Cost: some hundredths of a second for each seed; up to 600 more runs to shorten a failing one.
public struct TrialSearch: Sendable {
    /// The name of the search, for reports.
    public let name: String
    let describe: @Sendable (Trial) -> Void
    let makeStore: @Sendable () throws -> any Store

    /// - Parameters:
    ///   - name: the name of the search, for reports.
    ///   - store: makes the empty store of one run.
    ///   - describe: adds the components, inputs and promises to a trial. It is called at least once for each run and
    ///     must do the same each time.
    public init(
        _ name: String, store: @escaping @Sendable () throws -> any Store = { MemoryStore() },
        _ describe: @escaping @Sendable (Trial) -> Void
    ) {
        (self.name, makeStore, self.describe) = (name, store, describe)
    }

    /// Runs one trial for each seed, and stops at the first that breaks a promise.
    ///
    /// - Throws: ``TrialFailure`` with the story of the shortest run found that breaks the same promise; whatever
    ///   making a store throws.
    public func run(seeds: some Sequence<UInt64>) throws {
        for seed in seeds {
            let plan = try plan(seed: seed)
            guard let violation = try violation(of: plan) else { continue }
            throw try failure(plan, violation)
        }
    }

    /// Runs the trial of one seed.
    ///
    /// - Parameter shrinks: whether a failing run is shortened, which takes up to 600 runs.
    /// - Returns: the failure; `nil` when no promise is broken.
    public func failure(seed: UInt64, shrinks: Bool = true) throws -> TrialFailure? {
        let plan = try plan(seed: seed)
        guard let violation = try violation(of: plan) else { return nil }
        return try failure(plan, violation, shrinks: shrinks)
    }

    /// The plan of one seed; the same each time.
    public func plan(seed: UInt64) throws -> TrialPlan {
        let trial = Trial(seed: seed, clock: VirtualClock(), store: try makeStore())
        describe(trial)
        return TrialPlan.random(seed: seed, inputs: trial.inputs.count, systems: trial.weathers.count)
    }

    /// Runs a plan, and returns the first promise that it breaks; `nil` when it breaks none.
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
