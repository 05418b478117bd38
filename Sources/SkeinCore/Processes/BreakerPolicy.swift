/// When calls to a failing outside system stop, and how they begin again.
public struct BreakerPolicy: Sendable, Hashable {
    package var failures: Int
    package var openFor: Duration
    package var initialConcurrency: Int
    package var fullConcurrency: Int

    /// - Parameters:
    ///   - failures: how many failures in a row open the circuit.
    ///   - openFor: how long it stays open before one call probes the system.
    ///   - initialConcurrency: after a probe has succeeded, this many calls run at once; the number doubles with each
    ///     success until `fullConcurrency`, so that what has piled up is released gradually.
    ///   - fullConcurrency: how many calls at once count as recovered: the circuit is closed and no longer limits.
    public init(
        failures: Int = 5, openFor: Duration = .seconds(30), initialConcurrency: Int = 1, fullConcurrency: Int = 64
    ) {
        (self.failures, self.openFor) = (failures, openFor)
        (self.initialConcurrency, self.fullConcurrency) = (initialConcurrency, fullConcurrency)
    }
}
