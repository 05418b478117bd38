/// An attempt that did not end in time. Its outcome is unknown: the code may have acted, and may still be running.
public struct TimeoutError: DispositionedError, CustomStringConvertible {
    /// What did not end, and after how long it was given up.
    public let description: String
    /// Always ``Disposition/unknownOutcome``, so the next attempt carries the same idempotency key.
    public var disposition: Disposition { .unknownOutcome }

    package init(_ description: String) { self.description = description }
}
