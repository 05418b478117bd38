@testable import SkeinCore

extension Runtime {
    /// The engine of a subscription to handlers or of a projection.
    func handlerEngine(_ subscription: String) -> HandlerEngine? { engine(subscription) as? HandlerEngine }
}
