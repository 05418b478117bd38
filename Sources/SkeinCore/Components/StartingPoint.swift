/// Where a new subscription begins to read the log.
public enum StartingPoint: Sendable, Hashable {
    /// With what is published from now on: a component that is deployed to a running business does not act on its past.
    case now
    /// With the first message in the log.
    case beginning
}
