/// An error that knows what to do about it. Errors that do not are retried.
public protocol DispositionedError: Error {
    var disposition: Disposition { get }
}
