import SkeinStorage

/// The changes of one round of reactions, which become one unit.
struct KernelTurn {
    var unit = CommitUnit()
    /// The positions of the messages that the commit marks as handled.
    var positions: [Int64] = []
    /// The instances that the commit changes.
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
