import SkeinStorage

/// What one round of reactions amounts to.
struct KernelTurn {
    var unit = CommitUnit()
    /// The messages that are handled with it.
    var positions: [Int64] = []
    /// The instances that it changes.
    var touched: Set<InstanceID> = []
    var starts = CommittedStarts()
    /// Called when the commit has ended.
    var answers: [@Sendable (UnitOutcome) -> Void] = []

    var isEmpty: Bool { unit.isEmpty && positions.isEmpty && answers.isEmpty }
}

/// What begins when a commit is durable.
struct CommittedStarts: Sendable {
    /// Activities that have a next attempt.
    var activities: [ActivityRow] = []
    var timers: [TimerRow] = []
    /// Instances that have ended.
    var ended: [InstanceRow] = []
}
