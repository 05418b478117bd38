#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What one round of reactions amounts to.
struct KernelTurn {
    var unit = CommitUnit()
    var positions: [Int64] = []
    var touched: Set<Int64> = []
    var starts = ActivityStarts()
    /// Operators who wait for the commit; they get an error text, or `nil`.
    var answers: [@Sendable (String?) -> Void] = []

    var isEmpty: Bool { unit.isEmpty && positions.isEmpty && answers.isEmpty }
}

/// What begins when a commit is durable.
struct ActivityStarts: Sendable {
    var activities: [WaitCursor] = []
    var timers: [TimerRow] = []
    var ended: [(InstanceRow, Data?)] = []
}
