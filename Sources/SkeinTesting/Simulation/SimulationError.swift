/// What a ``Simulation`` cannot do.
public struct SimulationError: Error, CustomStringConvertible {
    /// Names the reason, for people.
    public let description: String

    init(_ description: String) { self.description = description }
}
