import SkeinStorage

/// Stands in for the machine of an instance that cannot be brought to life.
final class AbsentMachine: Machine {
    let takesCancel = false
    func restore(
        _ row: InstanceRow, journal: [JournalEntry], open: OpenRows, watching: (() throws -> Void) throws -> Void
    ) {}
    func react(_ input: Input, turn: Turn) -> Reaction { Reaction() }
    func activity(_ op: Int64) -> ActivityCode? { nil }
    func retire() {}
}
