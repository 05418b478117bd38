import SkeinStorage

/// What becomes of a message that no instance waits for.
public enum UnmatchedPolicy: Sendable, Hashable {
    /// It is counted and passed by.
    case ignore
    /// It is buffered for the instance whose own key is the correlation key, and taken by a wait that begins within the
    /// duration. If there is no such instance, or it has ended, the message is counted and passed by; that costs one
    /// look by key and no row. This is the default, for an hour, so that an answer from outside is not lost when it is
    /// faster than the process.
    case bufferForInstance(for: Duration)
    /// It is buffered for any instance that comes to wait for it within the duration, also for one that starts later or
    /// waits by another key than its own. Each such message costs a row until then.
    case buffer(for: Duration)
    /// It becomes a dead letter, with an incident.
    case deadLetter
}
