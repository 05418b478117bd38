/// What became of a unit.
public enum UnitOutcome: Sendable {
    /// Durable. The records of its appended messages, in order, including those that its enlistments appended.
    case committed([LogRecord])
    /// Undone, nothing of it is durable.
    case failed(any Error)
}
